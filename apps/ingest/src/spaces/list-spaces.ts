import type { Catalogue, SpaceState } from '@soundalike/catalogue';
import { isSoundalikeError } from '@soundalike/core';
import { coverageOf, hopOf } from '@soundalike/embedder';
import type { VectorDatabase } from '@soundalike/store';

/** A space as `index list` shows it. */
export interface SpaceView {
  readonly space: string;
  /** `unknown`: vectors that the database knows nothing of, as a drop that was cut off leaves them. */
  readonly state: SpaceState | 'unknown';
  readonly model: string | null;
  readonly hopSeconds: number | null;
  /** Null: what workers are set to. */
  readonly coverage: string | null;
  readonly transform: string | null;
  /** What the database says is in it. */
  readonly tracks: number;
  readonly clips: number;
  /** Tracks of the live space that are not in it. */
  readonly missing: number;
  /** What serves clip searches, as the store says; null where the store has no such space. */
  readonly index: string | null;
  /** The run that fills it. */
  readonly run: number | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number | null;
}

const SAMPLE_RATE = 22_050;

/** Every space of database and store. */
export const listSpaces = async (deps: {
  catalogue: Catalogue;
  vectors: VectorDatabase;
}): Promise<SpaceView[]> => {
  const { catalogue, vectors } = deps;
  const [known, stored] = await Promise.all([catalogue.listSpaces(), vectors.listSpaces()]);
  const live = known.find(({ state }) => state === 'live');
  const views: SpaceView[] = [];
  for (const space of known) {
    const [totals, reasons] = await Promise.all([
      catalogue.trackTotals(space.name),
      live && live !== space ? catalogue.missingReasons({ space: space.name, from: live.name }) : [],
    ]);
    const hop = hopOf(space);
    const { transform } = space.description;
    views.push({
      space: space.name,
      state: space.state,
      model: space.model,
      hopSeconds: hop === undefined ? null : Math.round((1000 * hop) / SAMPLE_RATE) / 1000,
      coverage: coverageOf(space) ?? null,
      transform: typeof transform === 'string' ? transform : null,
      tracks: totals.tracks,
      clips: totals.clips,
      missing: reasons.reduce((sum, { count }) => sum + count, 0),
      index: await openIndex(space.name, vectors),
      run: space.runId,
      createdAt: space.createdAt,
    });
  }
  for (const name of stored.filter((space) => !known.some((other) => other.name === space)))
    views.push({ ...NOTHING, space: name, ...(await countsOf(name, vectors)) });
  return views;
};

const NOTHING = {
  state: 'unknown',
  model: null,
  hopSeconds: null,
  coverage: null,
  transform: null,
  tracks: 0,
  clips: 0,
  missing: 0,
  index: null,
  run: null,
  createdAt: null,
} as const;

const openIndex = async (space: string, vectors: VectorDatabase): Promise<string | null> => {
  try {
    return (await (await vectors.openSpace(space, { readOnly: true })).describeIndex()).clips;
  } catch (error) {
    if (isSoundalikeError(error) && error.code === 'INDEX_EMPTY') return null;
    throw error;
  }
};

const countsOf = async (space: string, vectors: VectorDatabase) => {
  const store = await vectors.openSpace(space, { readOnly: true });
  return { ...(await store.counts()), index: (await store.describeIndex()).clips };
};
