import { signal } from '@preact/signals';
import { audioUrl } from '../api/client.ts';
import type { Match } from '../api/types.ts';

export type Side = 'a' | 'b';

/** Two audio elements, one heard at a time. Positions are seconds. */
export const side = signal<Side>('b');
export const isPlaying = signal(false);
export const times = { a: signal(0), b: signal(0) };
/** Whether a side's audio can be played here at all; null while that is not known. */
export const playable = { a: signal<boolean>(false), b: signal<boolean>(false) };
/** Plays the passage of one side, then the other's, again and again. */
export const isAlternating = signal(false);

const elements: Partial<Record<Side, HTMLAudioElement>> = {};
const sources: Partial<Record<Side, string>> = {};
let match: Match | null = null;

/** Takes over a side's element of the page. */
export const attach = (which: Side, element: HTMLAudioElement | null): void => {
  if (!element || elements[which] === element) return;
  elements[which] = element;
  const { signal } = listening(which);
  const on = (type: string, handler: () => void) => element.addEventListener(type, handler, { signal });
  const follow = () => {
    times[which].value = element.currentTime;
    if (!element.paused) alternate();
  };
  on('timeupdate', follow);
  on('seeking', follow);
  on('play', () => {
    isPlaying.value = true;
  });
  on('pause', () => {
    if (which === side.value) isPlaying.value = false;
  });
  on('error', () => {
    playable[which].value = false;
  });
  const source = sources[which];
  if (source) element.src = source;
};

export const elementOf = (which: Side): HTMLAudioElement | undefined => elements[which];

/** A track's stream, a file of this machine, or nothing (a link's audio is with its owner only). */
export const setSource = (which: Side, source: string | File | null): void => {
  const url = source instanceof File ? URL.createObjectURL(source) : source === null ? '' : audioUrl(source);
  const before = sources[which];
  if (before === url) return;
  if (before?.startsWith('blob:')) URL.revokeObjectURL(before);
  sources[which] = url;
  times[which].value = 0;
  playable[which].value = url !== '';
  const element = elements[which];
  if (!element) return;
  element.pause();
  if (url) element.src = url;
  else element.removeAttribute('src');
};

/** Sets both sides to where a passage begins. */
export const cueMatch = (passage: Match | null): void => {
  match = passage;
  if (!passage) return;
  seek('a', passage.queryFrom);
  seek('b', passage.trackFrom);
};

export const seek = (which: Side, seconds: number): void => {
  const element = elements[which];
  const target = Math.max(0, seconds);
  times[which].value = target;
  if (element && sources[which]) element.currentTime = target;
};

export const play = (which: Side = side.value): void => {
  const other = which === 'a' ? 'b' : 'a';
  side.value = which;
  elements[other]?.pause();
  // Refused where the page was opened without a click, or where the browser cannot play the format: the element says so.
  elements[which]?.play().catch(() => {
    isPlaying.value = false;
  });
};

export const pause = (): void => {
  elements.a?.pause();
  elements.b?.pause();
  isPlaying.value = false;
};

export const toggle = (): void =>
  isPlaying.value ? pause() : play(playable[side.value].value ? side.value : 'b');

/** The other side at the same place of the passage, playing if this one was. */
export const swap = (): void => {
  const from = side.value;
  const to = from === 'a' ? 'b' : 'a';
  if (!playable[to].value) return;
  const wasPlaying = isPlaying.value;
  if (match) {
    const offset = times[from].value - (from === 'a' ? match.queryFrom : match.trackFrom);
    seek(to, (to === 'a' ? match.queryFrom : match.trackFrom) + offset);
  }
  elements[from]?.pause();
  side.value = to;
  if (wasPlaying) play(to);
};

const alternate = () => {
  if (!isAlternating.value || !match) return;
  const end = side.value === 'a' ? match.queryTo : match.trackTo;
  if (times[side.value].value < end) return;
  const next = side.value === 'a' ? 'b' : 'a';
  const target = playable[next].value ? next : side.value;
  cueMatch(match);
  play(target);
};

const controllers: Partial<Record<Side, AbortController>> = {};
const listening = (which: Side): AbortController => {
  controllers[which]?.abort();
  const controller = new AbortController();
  controllers[which] = controller;
  return controller;
};
