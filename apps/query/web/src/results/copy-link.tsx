import { Button } from '@soundalike/design';
import { useState } from 'preact/hooks';
import { exportTracks } from '../api/client.ts';
import { currentLink } from '../state/actions.ts';
import { answer, sample } from '../state/session.ts';

const FORMATS = [
  ['m3u8', 'Playlist'],
  ['csv', 'Table'],
  ['json', 'JSON'],
] as const;

/** Takes the search elsewhere: its results as a file, or as a link that brings it back. */
export const CopyLink = () => {
  const [said, setSaid] = useState('');
  const copy = async () => {
    await navigator.clipboard.writeText(currentLink());
    setSaid(sample.value?.kind === 'file' ? 'Copied; your file does not travel with it' : 'Link copied');
  };
  const trackIds = answer.value?.results.map(({ trackId }) => trackId) ?? [];
  const save = async (format: (typeof FORMATS)[number][0]) => {
    setSaid('');
    await exportTracks(trackIds, format).catch((error: Error) => setSaid(error.message));
  };
  return (
    <div class="export">
      <span role="status">{said}</span>
      {trackIds.length > 0 &&
        FORMATS.map(([format, name]) => (
          <Button key={format} small kind="quiet" onClick={() => void save(format)}>
            {name}
          </Button>
        ))}
      <Button small kind="quiet" icon="copy" onClick={() => void copy().catch(() => setSaid('Not copied'))}>
        Link
      </Button>
    </div>
  );
};
