import type { AudioFrames } from '../decode/decode-audio.ts';
import type { ClipVectors } from './clip-vectors.ts';
import { type ClmrOptions, clmrStage } from './clmr.ts';
import type { Item, Stage } from './item.ts';
import { type DecodeStageOptions, decodeStage, type LazyAudio } from './lazy-audio.ts';
import type { PipelineContext } from './pipeline-options.ts';
import { type ShowOptions, showValues } from './show.ts';
import type { AudioSource } from './sources.ts';
import { type TimedFrames, type TimeWindowOptions, timeWindowStage } from './time-window.ts';

/** A lazy stream of values. Nothing runs until it is read; each reading runs it from the start. */
export interface Collection<Value> extends AsyncIterable<Value> {
  toList(): Promise<Value[]>;
  /** Prints the first values, one a line. */
  show(options?: ShowOptions): Promise<void>;
}

/** What can be embedded. */
export interface Embeddable {
  readonly audioEmbedding: {
    /** Raw CLMR vectors. @throws SoundalikeError `INPUT_INVALID` for `framework: 'pytorch'` */
    clmr(options?: ClmrOptions): VectorCollection;
  };
}

export interface SourceCollection extends Collection<AudioSource> {
  /** Any format that ffmpeg reads, at 22,050 Hz, the channels apart. */
  audioDecode(options?: DecodeStageOptions): AudioCollection;
}

export interface AudioCollection extends Collection<LazyAudio>, Embeddable {
  /** Cuts into windows of `range` seconds, the last as long as it is (dropped under 2 s). */
  timeWindow(options: TimeWindowOptions): FramesCollection;
}

export interface FramesCollection extends Collection<TimedFrames>, Embeddable {}

export interface VectorCollection extends Collection<ClipVectors> {
  /** All vectors, one block for each piece of audio. */
  toVec(): Promise<ClipVectors[]>;
}

/** The style without names: each step works on what the step before gave. */
export const sourceCollection = (
  context: PipelineContext,
  run: () => AsyncIterable<AudioSource>,
): SourceCollection => {
  const audio = (items: Run<LazyAudio>): AudioCollection => ({
    ...collection(items),
    ...embeddable(items),
    timeWindow: (options) => {
      const windows = through(items, timeWindowStage(context, options));
      return { ...collection(windows), ...embeddable(windows) };
    },
  });
  const embeddable = (items: Run<LazyAudio | AudioFrames>): Embeddable => ({
    audioEmbedding: {
      clmr: (options = {}) => {
        const vectors = collection(through(items, clmrStage(context, options)));
        return { ...vectors, toVec: vectors.toList };
      },
    },
  });
  const items: Run<AudioSource> = () => withoutCarry(run());
  return {
    ...collection(items),
    audioDecode: (options = {}) => audio(through(items, decodeStage(context, options))),
  };
};

type Run<Value> = () => AsyncIterable<Item<undefined, Value>>;

const through =
  <In, Out>(items: Run<In>, stage: Stage<In, Out>): Run<Out> =>
  () =>
    stage(items());

const collection = <Value>(items: Run<Value>): Collection<Value> => {
  const values: AsyncIterable<Value> = { [Symbol.asyncIterator]: () => valuesOf(items()) };
  return {
    ...values,
    toList: async () => {
      const list: Value[] = [];
      for await (const value of values) list.push(value);
      return list;
    },
    show: (options) => showValues(values, options),
  };
};

async function* withoutCarry<Value>(values: AsyncIterable<Value>): AsyncGenerator<Item<undefined, Value>> {
  for await (const value of values) yield { carry: undefined, value };
}

async function* valuesOf<Value>(items: AsyncIterable<Item<undefined, Value>>): AsyncGenerator<Value> {
  for await (const { value } of items) yield value;
}
