import { type SourceCollection, sourceCollection } from './collection.ts';
import { createContext, type PipelineOptions } from './pipeline-options.ts';
import { type AudioSource, expandGlobs } from './sources.ts';
import { sourceTable, type Table } from './table.ts';

/** Where pipelines begin, in both styles: with `{ to }` the values are a column of that name. */
export interface Pipeline {
  /** Files by name or pattern (`'*.wav'`), and http(s) links. */
  glob(patterns: string | readonly string[]): SourceCollection;
  glob<Name extends string>(
    patterns: string | readonly string[],
    names: { readonly to: Name },
  ): Table<Record<Name, string>>;
  /** Paths, links or samples in memory. */
  dc(sources: Sources): SourceCollection;
  dc<Name extends string>(sources: Sources, names: { readonly to: Name }): Table<Record<Name, AudioSource>>;
}

export type Sources = Iterable<AudioSource> | AsyncIterable<AudioSource>;

/**
 * Pipelines that share an embedder, an abort signal or rules for links. Without options: `glob` and `dc`.
 *
 * @example
 * const { glob } = createPipeline({ embedder, signal });
 * for await (const vectors of glob('music/*.flac').audioDecode().audioEmbedding.clmr()) console.log(vectors.shape);
 */
export const createPipeline = (options: PipelineOptions = {}): Pipeline => {
  const context = createContext(options);
  const start = (run: () => AsyncIterable<AudioSource>, names?: { readonly to: string }) =>
    names ? sourceTable(context, names.to, run) : sourceCollection(context, run);
  return {
    glob: (patterns: string | readonly string[], names?: { readonly to: string }) =>
      start(() => expandGlobs(typeof patterns === 'string' ? [patterns] : patterns), names) as never,
    dc: (sources: Sources, names?: { readonly to: string }) => start(() => each(sources), names) as never,
  };
};

/**
 * Starts a pipeline on files, as in Towhee.
 *
 * @example
 * await glob('*.wav').audioDecode().timeWindow({ range: 10 }).audioEmbedding.clmr().show();
 * @example
 * const vectors = await glob('*.wav', { to: 'path' })
 *   .audioDecode({ from: 'path', to: 'audio' })
 *   .timeWindow({ from: 'audio', to: 'frames', range: 10 })
 *   .audioEmbedding.clmr({ from: 'frames', to: 'vecs' })
 *   .select('vecs')
 *   .toVec();
 */
export const { glob, dc } = createPipeline();

async function* each(sources: Sources): AsyncGenerator<AudioSource> {
  yield* sources;
}
