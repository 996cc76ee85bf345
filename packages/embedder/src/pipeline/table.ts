import { SoundalikeError } from '@soundalike/core';
import type { AudioFrames } from '../decode/decode-audio.ts';
import type { ClipVectors } from './clip-vectors.ts';
import { type ClmrOptions, clmrStage } from './clmr.ts';
import type { Item, Stage } from './item.ts';
import { type DecodeStageOptions, decodeStage, type LazyAudio } from './lazy-audio.ts';
import type { PipelineContext } from './pipeline-options.ts';
import { type ShowOptions, showRows } from './show.ts';
import type { AudioSource } from './sources.ts';
import { type TimedFrames, type TimeWindowOptions, timeWindowStage } from './time-window.ts';

/** Names of the columns of `Row` that hold a `Value`: any other name is a type error. */
export type ColumnsOf<Row, Value> = {
  [Name in keyof Row]: Row[Name] extends Value ? Name : never;
}[keyof Row] &
  string;

/** `Row` with one more column. */
export type With<Row, Name extends string, Value> = {
  [Column in keyof Row | Name]: Column extends Name ? Value : Column extends keyof Row ? Row[Column] : never;
};

/** The column that a step reads and the one that it writes. */
export interface FromTo<From, To> {
  readonly from: From;
  readonly to: To;
}

/** A lazy stream of rows with named, typed columns. Nothing runs until it is read; each reading runs it from the start. */
export interface Table<Row extends object> extends AsyncIterable<Row> {
  readonly columns: readonly (keyof Row & string)[];
  audioDecode<From extends ColumnsOf<Row, AudioSource>, To extends string>(
    options: FromTo<From, To> & DecodeStageOptions,
  ): Table<With<Row, To, LazyAudio>>;
  /** One row for each window. */
  timeWindow<From extends ColumnsOf<Row, LazyAudio>, To extends string>(
    options: FromTo<From, To> & TimeWindowOptions,
  ): Table<With<Row, To, TimedFrames>>;
  readonly audioEmbedding: {
    clmr<From extends ColumnsOf<Row, LazyAudio | AudioFrames>, To extends string>(
      options: FromTo<From, To> & ClmrOptions,
    ): Table<With<Row, To, ClipVectors>>;
  };
  /** One column, whose values `toVec` gives. */
  select<Name extends keyof Row & string>(column: Name): Column<Row, Name>;
  select<Name extends keyof Row & string>(...columns: Name[]): Table<Pick<Row, Name>>;
  toList(): Promise<Row[]>;
  /** Prints the first rows below the columns' names. */
  show(options?: ShowOptions): Promise<void>;
}

/** A table with a single column. */
export interface Column<Row extends object, Name extends keyof Row & string> extends Table<Pick<Row, Name>> {
  /** The column's values, one for each row. */
  toVec(): Promise<Row[Name][]>;
}

/** The style with named columns: each step reads one column and writes another. */
export const sourceTable = <Name extends string>(
  context: PipelineContext,
  name: Name,
  run: () => AsyncIterable<AudioSource>,
): Table<Record<Name, AudioSource>> => table(context, [name], () => asRows(run(), name));

type AnyRow = Record<string, unknown>;
type Names = FromTo<string, string>;

const table = <Row extends object>(
  context: PipelineContext,
  columns: readonly string[],
  run: () => AsyncIterable<Row>,
): Table<Row> => {
  const step = <In, Out>({ from, to }: Names, stage: Stage<In, Out>) => {
    check(columns, from);
    const names = columns.includes(to) ? columns : [...columns, to];
    return table<never>(context, names, () => written(stage(read<In>(run(), from)), to));
  };
  const select = (...wanted: string[]) => {
    for (const column of wanted) check(columns, column);
    const rows = () => picked(run(), wanted);
    const selected = table(context, wanted, rows);
    const [column] = wanted;
    const toVec = async () => (await selected.toList()).map((row) => row[column as string]);
    return wanted.length === 1 ? { ...selected, toVec } : selected;
  };
  // What the compiler checks by the interface cannot be said again here: the columns are strings at run time.
  return {
    [Symbol.asyncIterator]: () => run()[Symbol.asyncIterator](),
    columns,
    audioDecode: (options: Names & DecodeStageOptions) => step(options, decodeStage(context, options)),
    timeWindow: (options: Names & TimeWindowOptions) => step(options, timeWindowStage(context, options)),
    audioEmbedding: { clmr: (options: Names & ClmrOptions) => step(options, clmrStage(context, options)) },
    select,
    toList: async () => {
      const rows: Row[] = [];
      for await (const row of run()) rows.push(row);
      return rows;
    },
    show: (options?: ShowOptions) => showRows(run(), columns, options),
  } as unknown as Table<Row>;
};

const check = (columns: readonly string[], name: string) => {
  if (columns.includes(name)) return;
  throw new SoundalikeError(
    'INPUT_INVALID',
    `There is no column "${name}"; the columns are ${columns.join(', ')}`,
    { fields: { column: name } },
  );
};

async function* asRows<Name extends string>(values: AsyncIterable<AudioSource>, name: Name) {
  for await (const value of values) yield { [name]: value } as Record<Name, AudioSource>;
}

async function* read<In>(rows: AsyncIterable<object>, from: string): AsyncGenerator<Item<AnyRow, In>> {
  for await (const row of rows) yield { carry: row as AnyRow, value: (row as AnyRow)[from] as In };
}

async function* written<Out>(items: AsyncIterable<Item<AnyRow, Out>>, to: string): AsyncGenerator<never> {
  for await (const { carry, value } of items) yield { ...carry, [to]: value } as never;
}

async function* picked(rows: AsyncIterable<object>, columns: readonly string[]): AsyncGenerator<AnyRow> {
  for await (const row of rows)
    yield Object.fromEntries(columns.map((column) => [column, (row as AnyRow)[column]]));
}
