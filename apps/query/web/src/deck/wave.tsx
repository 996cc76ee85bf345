import { theme } from '@soundalike/design';
import { useEffect, useRef } from 'preact/hooks';
import WaveSurfer from 'wavesurfer.js';
import RegionsPlugin, { type Region } from 'wavesurfer.js/plugins/regions';
import type { Waveform } from '../api/types.ts';
import { elementOf, type Side, times } from '../state/player.ts';
import type { Passage } from '../state/session.ts';

type Regions = ReturnType<typeof RegionsPlugin.create>;

/** Shortest passage that can be searched, seconds: a little less than one window. */
export const SHORTEST_PASSAGE = 2;

/**
 * The waveform of one side. Click to hear from there, drag to select a passage. Side A stands on the line between the two,
 * side B hangs from it.
 */
export const Wave = ({
  side,
  waveform,
  selection,
  height,
  onSeek,
  onSelect,
}: {
  side: Side;
  waveform: Waveform;
  selection: Passage | null;
  height: number;
  onSeek(seconds: number): void;
  onSelect(passage: Passage): void;
}) => {
  const container = useRef<HTMLDivElement>(null);
  const wave = useRef<{ surfer: WaveSurfer; regions: Regions } | null>(null);
  const handlers = useRef({ onSeek, onSelect });
  handlers.current = { onSeek, onSelect };

  useEffect(() => {
    const media = elementOf(side);
    if (!container.current || !media) return undefined;
    const surfer = WaveSurfer.create({
      container: container.current,
      media,
      peaks: [fill(waveform.peaks)],
      duration: waveform.durationSeconds,
      height,
      barAlign: side === 'a' ? 'bottom' : 'top',
      barWidth: 2,
      barGap: 1,
      barRadius: 0,
      barMinHeight: 1,
      cursorWidth: 2,
      normalize: true,
      interact: true,
      ...colours(side),
    });
    const regions = surfer.registerPlugin(RegionsPlugin.create());
    surfer.on('interaction', (seconds) => handlers.current.onSeek(seconds));
    // Its own complaints (a format that the browser cannot play) are the player's to show.
    surfer.on('error', () => {});
    regions.enableDragSelection({ color: selectionColour(side) });
    const report = (region: Region) => {
      for (const other of regions.getRegions()) if (other !== region) other.remove();
      handlers.current.onSelect(atLeast(region, waveform.durationSeconds));
    };
    regions.on('region-created', report);
    regions.on('region-updated', report);
    // The position may have been set before there was a waveform to show it.
    surfer.getRenderer().renderProgress(times[side].peek() / waveform.durationSeconds);
    wave.current = { surfer, regions };
    return () => {
      wave.current = null;
      surfer.destroy();
    };
  }, [side, waveform, height]);

  useEffect(() => {
    wave.current?.surfer.setOptions(colours(side));
  }, [side, theme.value]);

  useEffect(() => {
    const regions = wave.current?.regions;
    if (!regions) return;
    const [shown] = regions.getRegions();
    if (!selection) regions.clearRegions();
    else if (!shown)
      regions.addRegion({ start: selection.from, end: selection.to, color: selectionColour(side) });
    else if (Math.abs(shown.start - selection.from) > 0.01 || Math.abs(shown.end - selection.to) > 0.01)
      shown.setOptions({ start: selection.from, end: selection.to });
  }, [selection, side]);

  return <div class="wave" ref={container} aria-hidden="true" />;
};

/** Bars a wide screen has room for. */
const BARS = 420;

/** A short sample has fewer peaks than there are bars: the ones between are drawn in. */
const fill = (peaks: readonly number[]): number[] => {
  if (peaks.length >= BARS || peaks.length < 2) return [...peaks];
  return Array.from({ length: BARS }, (_, bar) => {
    const at = (bar / (BARS - 1)) * (peaks.length - 1);
    const before = peaks[Math.floor(at)] ?? 0;
    const after = peaks[Math.ceil(at)] ?? before;
    return before + (after - before) * (at - Math.floor(at));
  });
};

const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const colours = (side: Side) => ({
  waveColor: token('--wave'),
  progressColor: token(`--${side}`),
  cursorColor: token('--ink'),
});

const selectionColour = (side: Side) => `color-mix(in srgb, var(--${side}) 22%, transparent)`;

const atLeast = ({ start, end }: Region, duration: number): Passage => {
  if (end - start >= SHORTEST_PASSAGE) return { from: start, to: end };
  const from = Math.max(0, Math.min(start, duration - SHORTEST_PASSAGE));
  return { from, to: Math.min(duration, from + SHORTEST_PASSAGE) };
};
