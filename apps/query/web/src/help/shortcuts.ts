import { signal } from '@preact/signals';
import { choose, refine, searchWith, show } from '../state/actions.ts';
import { elementOf, pause, seek, side, swap, times, toggle } from '../state/player.ts';
import * as session from '../state/session.ts';

const KEY = 'soundalike-keys';
/** How far the arrows wind, seconds. */
const WIND = 2;

export const isHelpOpen = signal(false);
export const areKeysOn = signal(true);

export const setKeysOn = (isOn: boolean): void => {
  areKeysOn.value = isOn;
  localStorage.setItem(KEY, isOn ? 'on' : 'off');
};

interface Shortcut {
  readonly keys: readonly string[];
  readonly words: string;
  readonly run: Readonly<Record<string, () => void>>;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['Space'], words: 'Play or pause', run: { ' ': toggle } },
  { keys: ['X'], words: 'Change between A and B at the same place', run: { x: swap } },
  {
    keys: ['↑', '↓'],
    words: 'Result before, next result',
    run: { ArrowUp: () => step(-1), ArrowDown: () => step(1) },
  },
  {
    keys: ['←', '→'],
    words: 'Wind back or on by two seconds',
    run: { ArrowLeft: () => wind(-WIND), ArrowRight: () => wind(WIND) },
  },
  {
    keys: [',', '.'],
    words: 'Passage before, next passage',
    run: { ',': () => passage(-1), '.': () => passage(1) },
  },
  {
    keys: ['[', ']'],
    words: 'Start and end of a selection, here',
    run: { '[': () => edge('from'), ']': () => edge('to') },
  },
  {
    keys: ['+', '−'],
    words: 'More or less like the opened result',
    run: { '+': () => weigh(1), '-': () => weigh(-1) },
  },
  {
    keys: ['Enter'],
    words: 'Search with the opened result',
    run: { Enter: () => session.chosen.value && searchWith({ kind: 'track', track: session.chosen.value }) },
  },
  {
    keys: ['/'],
    words: 'To the search field',
    run: { '/': () => document.getElementById('omnibox')?.focus() },
  },
  {
    keys: ['M'],
    words: 'Map of the catalogue, and back',
    run: { m: () => show(session.view.value === 'map' ? 'search' : 'map') },
  },
  { keys: ['?'], words: 'These keys', run: { '?': () => (isHelpOpen.value = !isHelpOpen.value) } },
];

/** Listens for keys; call once. */
export const startShortcuts = (): void => {
  areKeysOn.value = localStorage.getItem(KEY) !== 'off';
  const bindings = Object.assign({}, ...SHORTCUTS.map(({ run }) => run)) as Record<string, () => void>;
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const isArrow = event.key.startsWith('Arrow');
    if (!areKeysOn.value && !isArrow && event.key !== ' ') return;
    // Space and Enter belong to the control that has the focus; in the dialog every key does.
    if ((event.key === ' ' || event.key === 'Enter') && isOnControl(event)) return;
    if (isHelpOpen.value && event.key !== '?') return;
    const run = bindings[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!run) return;
    event.preventDefault();
    run();
  });
};

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement &&
  target.matches('input:not([type="checkbox"], [type="file"]), textarea, select');

const isOnControl = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && target.closest('button, a, summary, input, [role="option"]') !== null;

const step = (by: number) => {
  const results = session.answer.value?.results ?? [];
  const at = results.findIndex(({ trackId }) => trackId === session.chosenId.value);
  const next = results[Math.min(results.length - 1, Math.max(0, at + by))];
  if (!next || next.trackId === session.chosenId.value) return;
  const isHeard = elementOf('b')?.paused === false;
  pause();
  choose(next.trackId, { listen: isHeard });
  document.querySelector(`[data-track="${CSS.escape(next.trackId)}"]`)?.scrollIntoView({ block: 'nearest' });
};

const passage = (by: number) => {
  const chosen = session.chosen.value;
  const next = session.matchIndex.value + by;
  if (chosen?.matches[next]) choose(chosen.trackId, { match: next, listen: true });
};

const wind = (seconds: number) => seek(side.value, times[side.value].value + seconds);

const weigh = (weight: 1 | -1) => {
  if (session.chosen.value) refine(session.chosen.value, weight);
};

/** Sets one end of the selection to the position heard, and keeps it long enough to be searched. */
const edge = (end: 'from' | 'to') => {
  const which = side.value;
  const now = times[which].value;
  const before = session.selection.value?.side === which ? session.selection.value : { from: now, to: now };
  const next = { ...before, [end]: now };
  session.selection.value = {
    side: which,
    from: end === 'to' ? Math.max(0, Math.min(next.from, now - WIND)) : now,
    to: end === 'from' ? Math.max(next.to, now + WIND) : Math.max(now, WIND),
  };
};
