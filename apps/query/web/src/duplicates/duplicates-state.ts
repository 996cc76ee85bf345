import { batch, signal } from '@preact/signals';
import { ApiError, getDuplicates } from '../api/client.ts';
import type { Copy, Duplicates, Evidence } from '../api/types.ts';
import { pause, play, setSource } from '../state/player.ts';

/** Groups asked for at once. */
const PAGE = 50;

/** A page of compared tracks may hold no pair: so many are asked for before the reader is asked. */
const EMPTY_PAGES = 5;

export const evidence = signal<Evidence>('same-content');
export const groups = signal<readonly Duplicates[]>([]);
/** Where the next page begins; null at the end. */
export const cursor = signal<string | null>(null);
export const isLoading = signal(false);
export const failure = signal<ApiError | null>(null);
/** The copy that is heard: its place, since copies of one content may be one track. */
export const heard = signal<string | null>(null);

let asked = 0;

/** Starts over with one kind of evidence. */
export const load = (kind: Evidence): Promise<void> => {
  batch(() => {
    evidence.value = kind;
    groups.value = [];
    cursor.value = null;
  });
  return more();
};

/** The next page. */
export const more = async (): Promise<void> => {
  const mine = ++asked;
  const kind = evidence.value;
  batch(() => {
    isLoading.value = true;
    failure.value = null;
  });
  try {
    for (let page = 0, found = 0; page < EMPTY_PAGES && found === 0; page++) {
      const answer = await getDuplicates(kind, cursor.value, PAGE);
      if (mine !== asked) return;
      found = answer.duplicates.length;
      batch(() => {
        groups.value = [...groups.value, ...answer.duplicates];
        cursor.value = answer.nextCursor;
      });
      if (answer.nextCursor === null) break;
    }
  } catch (error) {
    if (mine !== asked) return;
    // Before the first ingest there is nothing that could be there twice.
    if (!(error instanceof ApiError && error.code === 'INDEX_EMPTY')) failure.value = error as ApiError;
  } finally {
    if (mine === asked) isLoading.value = false;
  }
};

/** Plays a copy's track, or stops it. */
export const hear = (copy: Copy, isHeard: boolean): void => {
  pause();
  heard.value = copy.location;
  if (isHeard) return;
  setSource('b', copy.trackId);
  play('b');
};
