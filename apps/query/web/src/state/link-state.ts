/** What the page shows. */
export type View = 'search' | 'map' | 'duplicates';

/** What a link can carry: everything a search depends on but the bytes of a file. */
export interface LinkState {
  readonly view: View;
  readonly sample: LinkedSample | null;
  /** Part of the sample that is searched, seconds. */
  readonly passage: { readonly from: number; readonly to: number } | null;
  readonly refinements: readonly { readonly trackId: string; readonly weight: number }[];
  readonly filter: FilterState;
  readonly options: SearchOptions;
  /** Track id of the opened result. */
  readonly open: string | null;
}

export type LinkedSample =
  | { readonly kind: 'track'; readonly trackId: string }
  | { readonly kind: 'link'; readonly url: string }
  /** A file or recording of somebody's own machine: only its name travels. */
  | { readonly kind: 'file'; readonly name: string };

export interface FilterState {
  readonly genres: readonly string[];
  readonly artists: readonly string[];
  readonly tags: readonly string[];
  readonly yearFrom: number | null;
  readonly yearTo: number | null;
}

export type Mode = 'both' | 'sounds-like' | 'same-recording';

export interface SearchOptions {
  readonly mode: Mode;
  /** At most one result an artist. */
  readonly onePerArtist: boolean;
  /** No results by the sample's own artist. */
  readonly otherArtists: boolean;
  /** Also list what is below the floor. */
  readonly belowFloor: boolean;
}

export const NO_FILTER: FilterState = { genres: [], artists: [], tags: [], yearFrom: null, yearTo: null };
export const DEFAULT_OPTIONS: SearchOptions = {
  mode: 'both',
  onePerArtist: false,
  otherArtists: false,
  belowFloor: false,
};

/** The query part of an address (`?…`, or '' for the start page) that reproduces this state. */
export const writeLink = (state: LinkState): string => {
  const query = new URLSearchParams();
  if (state.view !== 'search') query.set('view', state.view);
  if (state.sample) writeSample(query, state.sample);
  if (state.passage) query.set('part', `${round(state.passage.from)}-${round(state.passage.to)}`);
  for (const { trackId, weight } of state.refinements) query.append(weight < 0 ? 'less' : 'more', trackId);
  for (const genre of state.filter.genres) query.append('genre', genre);
  for (const artist of state.filter.artists) query.append('artist', artist);
  for (const tag of state.filter.tags) query.append('tag', tag);
  if (state.filter.yearFrom !== null) query.set('year-from', `${state.filter.yearFrom}`);
  if (state.filter.yearTo !== null) query.set('year-to', `${state.filter.yearTo}`);
  if (state.options.mode !== 'both') query.set('mode', state.options.mode);
  if (state.options.onePerArtist) query.set('one-per-artist', '');
  if (state.options.otherArtists) query.set('other-artists', '');
  if (state.options.belowFloor) query.set('below-floor', '');
  if (state.open) query.set('open', state.open);
  const text = query.toString().replace(/=(?=&|$)/g, '');
  return text && `?${text}`;
};

/** The state of an address; what it does not say or says wrongly is as on the start page. */
export const readLink = (search: string): LinkState => {
  const query = new URLSearchParams(search);
  const mode = query.get('mode');
  return {
    view: readView(query.get('view')),
    sample: readSample(query),
    passage: readPassage(query.get('part')),
    refinements: [
      ...query.getAll('more').map((trackId) => ({ trackId, weight: 1 })),
      ...query.getAll('less').map((trackId) => ({ trackId, weight: -1 })),
    ],
    filter: {
      genres: query.getAll('genre'),
      artists: query.getAll('artist'),
      tags: query.getAll('tag'),
      yearFrom: readYear(query.get('year-from')),
      yearTo: readYear(query.get('year-to')),
    },
    options: {
      mode: mode === 'sounds-like' || mode === 'same-recording' ? mode : 'both',
      onePerArtist: query.has('one-per-artist'),
      otherArtists: query.has('other-artists'),
      belowFloor: query.has('below-floor'),
    },
    open: query.get('open'),
  };
};

const readView = (text: string | null): View => (text === 'map' || text === 'duplicates' ? text : 'search');

const writeSample = (query: URLSearchParams, sample: LinkedSample) => {
  if (sample.kind === 'track') query.set('track', sample.trackId);
  else if (sample.kind === 'link') query.set('link', sample.url);
  else query.set('file', sample.name);
};

const readSample = (query: URLSearchParams): LinkedSample | null => {
  const [trackId, url, name] = ['track', 'link', 'file'].map((key) => query.get(key));
  if (trackId) return { kind: 'track', trackId };
  if (url) return { kind: 'link', url };
  return name ? { kind: 'file', name } : null;
};

const readPassage = (text: string | null) => {
  const [, from, to] = /^([\d.]+)-([\d.]+)$/.exec(text ?? '') ?? [];
  const passage = { from: Number(from), to: Number(to) };
  return passage.to > passage.from ? passage : null;
};

const readYear = (text: string | null): number | null => {
  const year = Number(text || Number.NaN);
  return Number.isInteger(year) ? year : null;
};

const round = (seconds: number): number => Math.round(seconds * 100) / 100;
