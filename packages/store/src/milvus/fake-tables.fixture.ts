import definitions from '@zilliz/milvus2-sdk-node/dist/milvus/proto-json/milvus.js';
import { Root } from 'protobufjs';

// biome-ignore lint/suspicious/noExplicitAny: messages of a protocol that a fixture reads and writes by name
export type Message = Record<string, any>;

/** Collections of the fake Milvus: rows by key, and how often each key was written. */
export interface FakeTables {
  /** Names of collections. */
  names(): string[];
  /** Rows of the first collection whose name begins so. */
  rows(prefix: string): Map<string, Message>;
  /** How often each key of it was written. */
  writes(prefix: string): Map<string, number>;
  /** Does what a request asks for; of an upsert only the first `rows`. */
  answer(method: string, request: Message, rows?: number): Message;
}

interface Collection {
  readonly schema: Message;
  readonly rows: Map<string, Message>;
  readonly writes: Map<string, number>;
  readonly indexes: Map<string, Message[]>;
}

const OK = { error_code: 'Success', code: 0, reason: '' };

/** The SDK's protocol definitions; a CommonJS module, which loaders unwrap differently. */
export const PROTOCOL = ((definitions as { default?: unknown }).default ?? definitions) as { nested: object };

const schemaType = Root.fromJSON(PROTOCOL as never).lookupType('milvus.proto.schema.CollectionSchema');

export const createFakeTables = (): FakeTables => {
  const collections = new Map<string, Collection>();
  const of = (request: Message): Collection => {
    const found = collections.get(request.collection_name);
    if (!found) throw new Error(`collection not found: ${request.collection_name}`);
    return found;
  };
  const beginning = (prefix: string): Collection => {
    const name = [...collections.keys()].find((candidate) => candidate.startsWith(prefix));
    return of({ collection_name: name });
  };
  const keyOf = ({ schema }: Collection): string =>
    schema.fields.find((field: Message) => field.is_primary_key).name;

  const upsert = (request: Message, count: number) => {
    const collection = of(request);
    const rows = rowsOf(request.fields_data, Number(request.num_rows)).slice(0, count);
    for (const row of rows) {
      const key = row[keyOf(collection)];
      collection.rows.set(key, row);
      collection.writes.set(key, (collection.writes.get(key) ?? 0) + 1);
    }
    return { status: OK, upsert_cnt: rows.length, insert_cnt: rows.length, acknowledged: true };
  };

  const query = (request: Message) => {
    const { rows } = of(request);
    const found = [...rows.values()].filter(matcher(request.expr));
    const columns: string[] = request.output_fields;
    if (columns.includes('count(*)'))
      return {
        status: OK,
        fields_data: [
          { type: 'Int64', field_name: 'count(*)', scalars: { long_data: { data: [found.length] } } },
        ],
      };
    const schema = of(request).schema.fields.filter((field: Message) => columns.includes(field.name));
    return { status: OK, fields_data: schema.map((field: Message) => columnOf(field, found)) };
  };

  const handlers: Record<string, (request: Message, rows: number) => Message> = {
    Connect: () => ({ status: OK, identifier: 1, server_info: { build_tags: '2.3.5' } }),
    GetVersion: () => ({ status: OK, version: '2.3.5' }),
    ShowCollections: () => ({ status: OK, collection_names: [...collections.keys()] }),
    HasCollection: (request) => ({ status: OK, value: collections.has(request.collection_name) }),
    CreateCollection: (request) => {
      const schema = schemaType.toObject(schemaType.decode(request.schema), {
        enums: String,
        longs: String,
        defaults: true,
      });
      collections.set(request.collection_name, {
        schema: snakeCase(schema),
        rows: new Map(),
        writes: new Map(),
        indexes: new Map(),
      });
      return OK;
    },
    DropCollection: (request) => {
      collections.delete(request.collection_name);
      return OK;
    },
    DescribeCollection: (request) => ({ status: OK, schema: of(request).schema }),
    CreateIndex: (request) => {
      of(request).indexes.set(request.field_name, request.extra_params);
      return OK;
    },
    DescribeIndex: (request) => {
      const { indexes, rows } = of(request);
      if (indexes.size === 0)
        return { status: { error_code: 'IndexNotExist', code: 700, reason: 'index not found' } };
      return {
        status: OK,
        index_descriptions: [...indexes].map(([field_name, params]) => ({
          field_name,
          params,
          state: 'Finished',
          indexed_rows: rows.size,
          total_rows: rows.size,
        })),
      };
    },
    LoadCollection: () => OK,
    GetLoadState: () => ({ status: OK, state: 'LoadStateLoaded' }),
    GetCollectionStatistics: (request) => ({
      status: OK,
      stats: [{ key: 'row_count', value: `${of(request).rows.size}` }],
    }),
    Upsert: upsert,
    // As the engine does: the same key again is another row.
    Insert: (request, count) => {
      const collection = of(request);
      const rows = rowsOf(request.fields_data, Number(request.num_rows)).slice(0, count);
      for (const row of rows) collection.rows.set(`${row[keyOf(collection)]} ${collection.rows.size}`, row);
      return { status: OK, insert_cnt: rows.length, acknowledged: true };
    },
    Delete: (request) => {
      const { rows } = of(request);
      const gone = [...rows].filter(([, row]) => matcher(request.expr)(row));
      for (const [key] of gone) rows.delete(key);
      return { status: OK, delete_cnt: gone.length };
    },
    Query: query,
    Flush: (request) => ({
      status: OK,
      coll_segIDs: Object.fromEntries(request.collection_names.map((name: string) => [name, { data: [1] }])),
    }),
    GetFlushState: () => ({ status: OK, flushed: true }),
  };

  return {
    names: () => [...collections.keys()],
    rows: (prefix) => beginning(prefix).rows,
    writes: (prefix) => beginning(prefix).writes,
    answer: (method, request, rows = Infinity) => {
      const handler = handlers[method];
      if (!handler) throw new Error(`the fake Milvus does not know ${method}`);
      return handler(request, rows);
    },
  };
};

/** protobufjs speaks camel case, the SDK's loader keeps the names of the files. */
const snakeCase = (value: unknown): Message => {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value as Message;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name === 'autoID' ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(inner),
    ]),
  );
};

const SCALARS = [
  'string_data',
  'int_data',
  'long_data',
  'double_data',
  'float_data',
  'bool_data',
  'array_data',
];

const rowsOf = (fields: Message[], count: number): Message[] =>
  Array.from({ length: count }, (_, at) =>
    Object.fromEntries(
      fields.map(({ field_name, scalars, vectors }) => {
        if (vectors?.float_vector) {
          const dim = Number(vectors.dim);
          return [field_name, vectors.float_vector.data.slice(at * dim, (at + 1) * dim)];
        }
        const kind = SCALARS.find((name) => scalars?.[name]) ?? '';
        return [field_name, scalars[kind].data[at]];
      }),
    ),
  );

const KINDS: Record<string, string> = {
  VarChar: 'string_data',
  Int32: 'int_data',
  Int64: 'long_data',
  Double: 'double_data',
  Array: 'array_data',
};

const columnOf = ({ name, data_type, element_type }: Message, rows: Message[]): Message => {
  const data = rows.map((row) => row[name]);
  if (data_type === 'FloatVector')
    return {
      type: data_type,
      field_name: name,
      vectors: { dim: data[0]?.length ?? 512, float_vector: { data: data.flat() } },
    };
  const kind = KINDS[data_type] as string;
  return { type: data_type, field_name: name, scalars: { [kind]: { data, element_type } } };
};

/** `column in ["a", "b"]`, `column > "a"`, `column <= "b"`, any of them joined by `and`; nothing matches all. */
const matcher = (expression: string): ((row: Message) => boolean) => {
  const parts = expression.split(/ and /).filter((part) => part.trim() !== '');
  const tests = parts.map((part) => {
    const [, column = '', operator = '', value = ''] =
      /^\(*(\w+) (in|>|<=) (\[.*\]|".*")\)*$/s.exec(part.trim()) ?? [];
    if (column === '') throw new Error(`the fake Milvus cannot read ${part}`);
    const wanted = JSON.parse(value);
    return (row: Message) => {
      if (operator === 'in') return wanted.includes(row[column]);
      return operator === '>' ? row[column] > wanted : row[column] <= wanted;
    };
  });
  return (row) => tests.every((test) => test(row));
};
