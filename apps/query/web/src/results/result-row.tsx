import { Badge, Button, formatClock } from '@soundalike/design';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SearchResult } from '../api/types.ts';
import { choose, refine, searchWith } from '../state/actions.ts';
import { isPlaying, pause, side } from '../state/player.ts';
import * as session from '../state/session.ts';
import { MiniWave } from './mini-wave.tsx';
import { Strip } from './strip.tsx';

/** One result: what it is, where it matches, how alike, and where to go from it. */
export const ResultRow = ({ result, place }: { result: SearchResult; place: number }) => {
  const row = useRef<HTMLLIElement>(null);
  const isSeen = useSeen(row);
  const isOpen = session.chosenId.value === result.trackId;
  const isHeard = isOpen && isPlaying.value && side.value === 'b';
  const weight = session.refinements.value.find(({ track }) => track.trackId === result.trackId)?.weight;
  const name = result.title ?? result.externalId ?? result.location.path;
  return (
    <li
      ref={row}
      data-track={result.trackId}
      class={isOpen ? 'row open' : 'row'}
      aria-current={isOpen ? 'true' : undefined}
    >
      <Button
        kind="quiet"
        icon={isHeard ? 'pause' : 'play'}
        label={`${isHeard ? 'Pause' : 'Hear'} ${name}${result.matches[0] ? ` from ${formatClock(result.matches[0].trackFrom)}` : ''}`}
        onClick={() => (isHeard ? pause() : choose(result.trackId, { listen: true }))}
      />
      <span class="place numeric" aria-hidden="true">
        {place}
      </span>
      <button type="button" class="what" onClick={() => choose(result.trackId)}>
        <strong dir="auto">{name}</strong>
        <span dir="auto">
          {result.verdict === 'same-recording' && <Badge tone="b">Same recording</Badge>}
          {[result.artist, result.genre, result.year].filter(Boolean).join(' · ')}
        </span>
      </button>
      <div class="where">
        {isSeen && (
          <MiniWave result={result} onPassage={(match) => choose(result.trackId, { match, listen: true })} />
        )}
        {result.strip && result.strip.length > 1 && <Strip values={result.strip} />}
      </div>
      <div class="how">
        <span class="score numeric">
          <span class="sr-only">Likeness </span>
          {result.score.toFixed(2)}
        </span>
        <meter min={0} max={1} value={result.score} aria-label="Likeness" />
      </div>
      <div class="onward">
        <Button
          kind="quiet"
          small
          icon="plus"
          label={`More like ${name}`}
          pressed={weight === 1}
          onClick={() => refine(result, 1)}
        />
        <Button
          kind="quiet"
          small
          icon="minus"
          label={`Less like ${name}`}
          pressed={weight === -1}
          onClick={() => refine(result, -1)}
        />
        <Button
          kind="quiet"
          small
          icon="search"
          label={`Search with ${name}`}
          onClick={() => searchWith({ kind: 'track', track: result })}
        />
      </div>
    </li>
  );
};

/** True once the element has come near the window: waveforms of rows nobody scrolls to are not fetched. */
const useSeen = (element: { current: HTMLElement | null }): boolean => {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        setSeen(true);
        observer.disconnect();
      },
      { rootMargin: '200px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return isSeen;
};
