import type { FilterFields } from '@soundalike/core';
import {
  type Data,
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { ClipKey, ClipRecord, ClipVector } from '../space-tables.ts';
import { DIMENSION, type TrackRow } from '../vector-store.ts';

const text = (name: string) => new Field(name, new Utf8(), false);
const integer = (name: string) => new Field(name, new Int32(), false);
const double = (name: string) => new Field(name, new Float64(), false);

const filterColumns = [
  text('artist'),
  text('album'),
  text('genre'),
  new Field('tags', new List(new Field('item', new Utf8(), true)), false),
  integer('year'),
  double('duration'),
  new Field('vector', new FixedSizeList(DIMENSION, new Field('item', new Float32(), true)), false),
];

export const clipSchema = new Schema([
  text('clip_id'),
  text('track_id'),
  text('content8'),
  integer('start_ms'),
  double('scale'),
  ...filterColumns,
]);

export const trackSchema = new Schema([
  text('track_id'),
  text('content8'),
  integer('clip_count'),
  ...filterColumns,
]);

/** Rows as one Arrow batch, its columns built from typed arrays rather than from objects of 512 numbers each. */
export const encodeClips = (clips: readonly ClipRecord[]): Table =>
  encode(clipSchema, clips.length, [
    texts(clips.map((clip) => clip.clipId)),
    texts(clips.map((clip) => clip.trackId)),
    texts(clips.map((clip) => clip.content8)),
    integers(clips.map((clip) => clip.startMs)),
    doubles(clips.map((clip) => clip.scale)),
    ...filterData(clips),
  ]);

export const encodeTracks = (tracks: readonly TrackRow[]): Table =>
  encode(trackSchema, tracks.length, [
    texts(tracks.map((track) => track.trackId)),
    texts(tracks.map((track) => track.content8)),
    integers(tracks.map((track) => track.clipCount)),
    ...filterData(tracks),
  ]);

const encode = (schema: Schema, length: number, children: Data[]): Table =>
  new Table(schema, [
    new RecordBatch(
      schema,
      makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }) as Data<Struct>,
    ),
  ]);

const filterData = (rows: readonly { fields: FilterFields; vector: Float32Array }[]): Data[] => {
  const vectors = new Float32Array(rows.length * DIMENSION);
  rows.forEach(({ vector }, i) => {
    vectors.set(vector, i * DIMENSION);
  });
  return [
    texts(rows.map(({ fields }) => fields.artist)),
    texts(rows.map(({ fields }) => fields.album)),
    texts(rows.map(({ fields }) => fields.genre)),
    onlyChunk(
      vectorFromArray(
        rows.map(({ fields }) => [...fields.tags]),
        typeOf('tags'),
      ),
    ),
    integers(rows.map(({ fields }) => fields.year)),
    doubles(rows.map(({ fields }) => fields.duration)),
    makeData({
      type: typeOf('vector') as FixedSizeList,
      length: rows.length,
      nullCount: 0,
      child: makeData({ type: new Float32(), data: vectors }),
    }),
  ];
};

const typeOf = (name: string): DataType =>
  filterColumns.find((field) => field.name === name)?.type as DataType;

const onlyChunk = (vector: { data: readonly Data[] }): Data => vector.data[0] as Data;
const texts = (values: string[]): Data => onlyChunk(vectorFromArray(values, new Utf8()));
const integers = (values: number[]): Data => makeData({ type: new Int32(), data: Int32Array.from(values) });
const doubles = (values: number[]): Data =>
  makeData({ type: new Float64(), data: Float64Array.from(values) });

/** Columns that make a clip's key. */
export const KEY_COLUMNS = ['clip_id', 'track_id', 'content8', 'start_ms'];

export const decodeKeys = (table: Table): ClipKey[] => {
  const read = cells(table);
  return Array.from({ length: table.numRows }, (_, i) => ({
    clipId: read('clip_id', i) as string,
    trackId: read('track_id', i) as string,
    content8: read('content8', i) as string,
    startMs: read('start_ms', i) as number,
  }));
};

/** Columns of `decodeClips`. */
export const CLIP_COLUMNS = [...KEY_COLUMNS, 'scale', 'vector'];

export const decodeClips = (table: Table): ClipVector[] => {
  const read = cells(table);
  return decodeKeys(table).map((key, i) => ({
    ...key,
    scale: read('scale', i) as number,
    vector: decodeVector(read, i),
  }));
};

export const decodeTracks = (table: Table): TrackRow[] => {
  const read = cells(table);
  return Array.from({ length: table.numRows }, (_, i) => ({
    trackId: read('track_id', i) as string,
    content8: read('content8', i) as string,
    clipCount: read('clip_count', i) as number,
    ...decodeFields(read, i),
  }));
};

export type ReadCell = (column: string, row: number) => unknown;

/** Cells by column name and row; each column is looked up once. */
export const cells = (table: Table): ReadCell => {
  const columns = new Map(table.schema.fields.map(({ name }) => [name, table.getChild(name)]));
  return (column, row) => columns.get(column)?.get(row);
};

const decodeFields = (read: ReadCell, row: number): { fields: FilterFields; vector: Float32Array } => ({
  fields: {
    artist: read('artist', row) as string,
    album: read('album', row) as string,
    genre: read('genre', row) as string,
    tags: [...(read('tags', row) as Iterable<string>)],
    year: read('year', row) as number,
    duration: read('duration', row) as number,
  },
  vector: decodeVector(read, row),
});

/** A copy: the view would keep the whole batch in memory. */
const decodeVector = (read: ReadCell, row: number): Float32Array =>
  (read('vector', row) as { toArray(): Float32Array }).toArray().slice();
