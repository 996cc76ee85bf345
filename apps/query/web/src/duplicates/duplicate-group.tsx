import { Badge, Button } from '@soundalike/design';
import { getTrack } from '../api/client.ts';
import type { Copy, Duplicates } from '../api/types.ts';
import { searchWith } from '../state/actions.ts';
import { isPlaying, side } from '../state/player.ts';
import { hear, heard } from './duplicates-state.ts';

type Field = 'title' | 'artist' | 'album' | 'genre' | 'year' | 'externalId';
const FIELDS: readonly Field[] = ['title', 'artist', 'album', 'genre', 'year', 'externalId'];

/** One group: the evidence, then each copy in its own words. */
export const DuplicateGroup = ({ group }: { group: Duplicates }) => {
  const differing = new Set(
    FIELDS.filter((field) => new Set(group.copies.map((copy) => copy[field])).size > 1),
  );
  return (
    <li class="duplicate-group">
      <p class="evidence">
        <Badge tone="b">{group.copies.length} copies</Badge>
        <span>{evidenceOf(group)}</span>
      </p>
      <ul>
        {group.copies.map((copy) => (
          <CopyRow key={copy.location} copy={copy} differing={differing} />
        ))}
      </ul>
    </li>
  );
};

const CopyRow = ({ copy, differing }: { copy: Copy; differing: ReadonlySet<Field> }) => {
  const isHeard = heard.value === copy.location && isPlaying.value && side.value === 'b';
  const name = copy.title ?? copy.externalId ?? copy.location;
  const word = (field: Field) =>
    copy[field] === null ? null : (
      <span key={field} class={differing.has(field) ? 'differs' : undefined} dir="auto">
        {copy[field]}
      </span>
    );
  return (
    <li class="copy">
      <Button
        kind="quiet"
        icon={isHeard ? 'pause' : 'play'}
        label={`${isHeard ? 'Pause' : 'Hear'} ${name}`}
        onClick={() => hear(copy, isHeard)}
      />
      <div class="what">
        <strong>{word('title') ?? <span dir="auto">{name}</span>}</strong>
        <span class="words">{(['artist', 'album', 'genre', 'year'] as const).map(word)}</span>
      </div>
      <div class="place">
        {copy.externalId !== null && <span class="own-id">{word('externalId')}</span>}
        <span dir="auto">{copy.location}</span>
      </div>
      <Button
        kind="quiet"
        small
        icon="search"
        label={`Search with ${name}`}
        onClick={() => void searchFor(copy.trackId)}
      />
    </li>
  );
};

const evidenceOf = ({ evidence, errorRate, offsetSeconds }: Duplicates): string => {
  if (evidence === 'same-content') return 'The same audio packets, to the bit';
  const shift = offsetSeconds ?? 0;
  const when =
    Math.abs(shift) < 0.05
      ? 'starting together'
      : `the second ${Math.abs(shift).toFixed(1)} s ${shift > 0 ? 'later' : 'earlier'}`;
  return `The same recording: signatures differ in ${((errorRate ?? 0) * 100).toFixed(1)} % of their bits, ${when}`;
};

const searchFor = async (trackId: string) => searchWith({ kind: 'track', track: await getTrack(trackId) });
