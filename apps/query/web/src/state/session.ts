import { computed, signal } from '@preact/signals';
import type { ApiError } from '../api/client.ts';
import type { Facets, SearchAnswer, Stats, Track, Waveform } from '../api/types.ts';
import { DEFAULT_OPTIONS, type FilterState, NO_FILTER, type SearchOptions, type View } from './link-state.ts';

/** What is searched with: side A. */
export type Sample =
  | { readonly kind: 'track'; readonly track: Track }
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'file'; readonly file: File; readonly isRecording: boolean }
  /** Named by a link, but on another machine: has to be given again. */
  | { readonly kind: 'missing-file'; readonly name: string };

export interface Refinement {
  readonly track: Track;
  /** 1: more like it, -1: less like it. */
  readonly weight: number;
}

export interface Passage {
  readonly from: number;
  readonly to: number;
}

export type Progress =
  | { readonly kind: 'idle' }
  /** Share of the upload that has been sent, 0..1. */
  | { readonly kind: 'sending'; readonly share: number; readonly bytes: number }
  | { readonly kind: 'listening'; readonly isSlow: boolean }
  | { readonly kind: 'failed'; readonly error: ApiError };

/** The state of the page. Changed by the functions of actions.ts only. */
export const view = signal<View>('search');
export const sample = signal<Sample | null>(null);
export const passage = signal<Passage | null>(null);
export const refinements = signal<readonly Refinement[]>([]);
export const filter = signal<FilterState>(NO_FILTER);
export const options = signal<SearchOptions>(DEFAULT_OPTIONS);
export const answer = signal<SearchAnswer | null>(null);
export const progress = signal<Progress>({ kind: 'idle' });
/** Id of the result on side B. */
export const chosenId = signal<string | null>(null);
/** Which of its passages is compared. */
export const matchIndex = signal(0);
/** Drawn by hand on a waveform, not searched yet. */
export const selection = signal<(Passage & { readonly side: 'a' | 'b' }) | null>(null);
export const sampleWaveform = signal<Waveform | null>(null);
/** The audio of a sample that is a link: on its way, at hand, or why it is not. */
export const linkAudio = signal<'none' | 'loading' | 'ready' | ApiError>('none');
export const stats = signal<Stats | null>(null);
export const facets = signal<Facets | null>(null);
/** The server could not be asked what it holds. */
export const startFailure = signal<ApiError | null>(null);
/** Nor by what its tracks can be narrowed. */
export const facetsFailure = signal<ApiError | null>(null);

export const chosen = computed(
  () => answer.value?.results.find(({ trackId }) => trackId === chosenId.value) ?? null,
);
export const isBusy = computed(
  () => progress.value.kind === 'sending' || progress.value.kind === 'listening',
);
export const activeFilters = computed(() => {
  const { genres, artists, tags, yearFrom, yearTo } = filter.value;
  return genres.length + artists.length + tags.length + (yearFrom !== null || yearTo !== null ? 1 : 0);
});

/** The sample in a few words. */
export const nameOfSample = (given: Sample): string => {
  if (given.kind === 'track') return given.track.title ?? given.track.externalId ?? given.track.location.path;
  if (given.kind === 'link')
    return decodeURIComponent(new URL(given.url).pathname.split('/').pop() || given.url);
  if (given.kind === 'missing-file') return given.name;
  return given.isRecording ? 'Recording' : given.file.name;
};
