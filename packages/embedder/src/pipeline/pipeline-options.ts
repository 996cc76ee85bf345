import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '@soundalike/source';
import type { Embedder } from '../embedder.ts';
import { loadModel } from '../model/load-model.ts';
import { createEmbedder } from '../pool/create-embedder.ts';

export interface PipelineOptions {
  /** Used and left open. Default: child processes of our own for as long as one run of the pipeline lasts. */
  readonly embedder?: Embedder | undefined;
  /** Folder of further models, searched before the bundled ones. */
  readonly modelsFolder?: string | undefined;
  /** Command or path. Default: see `findFfmpeg`. */
  readonly ffmpeg?: string | undefined;
  /** Hosts, addresses or CIDR ranges that links may name although they are private. */
  readonly allowFetch?: readonly string[] | undefined;
  /** Largest link, bytes. Default 512 MiB. */
  readonly maxFetchBytes?: number | undefined;
  /** Where links are kept while they are decoded. */
  readonly temporaryFolder?: string | undefined;
  /** Niceness of ffmpeg and of the pipeline's own embedding processes, 0..19. */
  readonly nice?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The options with their defaults, as the stages use them. */
export interface PipelineContext extends PipelineOptions {
  readonly allowFetch: readonly string[];
  readonly maxFetchBytes: number;
  readonly temporaryFolder: string;
  findFfmpeg(): Promise<string>;
  /** The caller's embedder, or one of our own which `release` closes. */
  acquireEmbedder(model: string | undefined): Promise<{ embedder: Embedder; release(): Promise<void> }>;
}

export const createContext = (options: PipelineOptions): PipelineContext => {
  let ffmpeg: Promise<string> | undefined;
  return {
    ...options,
    allowFetch: options.allowFetch ?? [],
    maxFetchBytes: options.maxFetchBytes ?? 512 * 1024 * 1024,
    temporaryFolder: options.temporaryFolder ?? join(tmpdir(), 'soundalike'),
    findFfmpeg: () => {
      ffmpeg ??= findFfmpeg(options.ffmpeg).catch((cause) => {
        ffmpeg = undefined;
        throw cause;
      });
      return ffmpeg;
    },
    acquireEmbedder: async (name) => {
      const { embedder } = options;
      if (embedder && (name === undefined || name === embedder.model.name)) {
        warnIfUntrained(embedder);
        return { embedder, release: async () => undefined };
      }
      const model = await loadModel({ name, modelsFolder: options.modelsFolder });
      const own = await createEmbedder({ model, nice: options.nice });
      warnIfUntrained(own);
      return { embedder: own, release: () => own.close() };
    },
  };
};

const warned = new Set<string>();

const warnIfUntrained = ({ model }: Embedder) => {
  if (model.trained || warned.has(model.name)) return;
  warned.add(model.name);
  process.emitWarning(
    `The model "${model.name}" is untrained: its vectors serve to try things out, not to find similar music.`,
    { type: 'SoundalikeWarning', code: 'MODEL_UNTRAINED' },
  );
};
