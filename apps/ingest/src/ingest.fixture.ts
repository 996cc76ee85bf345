import { execFileSync } from 'node:child_process';
import { type Catalogue, openCatalogue } from '@soundalike/catalogue';
import { silentLogger } from '@soundalike/core';
import { createEmbedder, type Embedder, loadModel } from '@soundalike/embedder';
import { openQueue } from '@soundalike/queue';
import { type FetchPolicy, findFfmpeg } from '@soundalike/source';
import { openVectorDatabase, type VectorStore } from '@soundalike/store';
import { temporaryFolder } from '@soundalike/testing';
import {
  compareSource,
  type IngestDeps,
  openSource,
  parseSelection,
  runIngest,
  selectEntries,
} from './index.ts';

export interface IngestBench {
  readonly embedder: Embedder;
  readonly ffmpeg: string;
  /** An empty catalogue and index. */
  empty(): Promise<EmptyIngest>;
  /** Makes a file of a tone. */
  tone(path: string, frequency: number, seconds?: number, ...args: string[]): string;
  close(): Promise<void>;
}

export interface EmptyIngest {
  readonly catalogue: Catalogue;
  readonly store: VectorStore;
  readonly deps: IngestDeps;
  ingest(argument: string, extra?: Extra): ReturnType<typeof runIngest>;
  compare(argument: string, extra?: Extra): ReturnType<typeof compareSource>;
}

export interface Extra {
  readonly force?: boolean;
  readonly prune?: boolean;
  readonly allowLoss?: boolean;
  readonly select?: readonly string[];
  readonly signal?: AbortSignal;
  readonly deps?: Partial<IngestDeps>;
}

/** Everything that ingest needs, in memory, with the seeded random model. */
export const createIngestBench = async (policy: Partial<FetchPolicy> = {}): Promise<IngestBench> => {
  const ffmpeg = await findFfmpeg();
  const embedder = await createEmbedder({ model: await loadModel({ name: 'untrained' }), processes: 2 });
  return {
    embedder,
    ffmpeg,
    empty: async () => {
      const catalogue = await openCatalogue('memory:');
      const vectors = await openVectorDatabase('memory:');
      const store = await vectors.openSpace(embedder.model.space, { create: true });
      await catalogue.ensureSpace({ name: store.space, model: 'untrained', description: {} });
      const deps: IngestDeps = {
        catalogue,
        store,
        embedder,
        ffmpeg,
        worker: 'test:1',
        roots: {},
        temporaryFolder: temporaryFolder('fetched'),
        maxSeconds: 3600,
        nice: 0,
        logger: silentLogger(),
        fetchPolicy: { allow: [], maxBytes: 1e8, timeoutMs: 10_000, ...policy },
      };
      const open = async (argument: string, { select = [] }: Extra) =>
        selectEntries(
          await openSource({ argument, workingDirectory: '/', catalogue, roots: {}, s3: policy.s3 }),
          select.map(parseSelection),
          { catalogue, catalogueName: 'default', space: store.space },
        );
      return {
        catalogue,
        store,
        deps,
        ingest: async (argument, extra = {}) =>
          runIngest({
            ...extra,
            source: await open(argument, extra),
            catalogueName: 'default',
            deps: { ...deps, ...extra.deps },
            queue: await openQueue({ url: 'database:', catalogue, worker: 'test:1' }),
            concurrency: 4,
            signal: extra.signal ?? new AbortController().signal,
          }),
        compare: async (argument, extra = {}) =>
          compareSource({
            source: await open(argument, extra),
            catalogue,
            catalogueName: 'default',
            space: store.space,
            signal: new AbortController().signal,
          }),
      };
    },
    tone: (path, frequency, seconds = 3, ...args) => {
      const input = `sine=${frequency}:duration=${seconds}`;
      execFileSync(ffmpeg, ['-v', 'error', '-y', '-f', 'lavfi', '-i', input, ...args, path]);
      return path;
    },
    close: () => embedder.close(),
  };
};
