import { computed, signal } from '@preact/signals';
import { type ApiError, getMap } from '../api/client.ts';
import type { CatalogueMap, MapPoint } from '../api/types.ts';
import { pause, play, setSource } from '../state/player.ts';
import { answer, sample } from '../state/session.ts';
import { placesOf } from './geometry.ts';

/** While the first map is being made, it is asked for this often, ms. */
const POLL_MS = 2_000;

export const map = signal<CatalogueMap | null>(null);
export const failure = signal<ApiError | null>(null);
export const hovered = signal<MapPoint | null>(null);
export const pinned = signal<MapPoint | null>(null);
export const gathered = signal<readonly MapPoint[]>([]);
export const genre = signal<string | null>(null);
export const isLassoing = signal(false);

export const points = computed(() => map.value?.points ?? []);
export const places = computed(() => placesOf(points.value));
export const gatheredIds = computed(() => new Set(gathered.value.map(({ trackId }) => trackId)));
export const resultIds = computed(() => new Set(answer.value?.results.map(({ trackId }) => trackId) ?? []));
export const sampleId = computed(() => (sample.value?.kind === 'track' ? sample.value.track.trackId : null));

/** Asks for the map until there is one; returns what stops it. */
export const loadMap = (): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const ask = async () => {
    try {
      map.value = await getMap();
      failure.value = null;
    } catch (error) {
      failure.value = error as ApiError;
    }
    if (!isStopped && map.value?.state !== 'ready' && !failure.value) timer = setTimeout(ask, POLL_MS);
  };
  void ask();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
};

/** Pins a point and plays it. */
export const hear = (point: MapPoint): void => {
  pinned.value = point;
  pause();
  setSource('b', point.trackId);
  play('b');
};
