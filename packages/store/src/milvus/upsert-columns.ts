import { type Client, loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { DataType, type FieldType, type MilvusClient, type MutationResult } from '@zilliz/milvus2-sdk-node';
import definitions from '@zilliz/milvus2-sdk-node/dist/milvus/proto-json/milvus.js';
import type { MilvusRow } from './collections.ts';

/**
 * An upsert without the SDK's row conversion, which turns every vector into an array of numbers, flattens them, copies them and encodes one
 * float at a time: 0.35 ms of CPU a row, more than the server needs. Here vectors are copied once, as the bytes they are. Goes through the
 * SDK's own channels, so login, database and what `insistOnStatus` corrects are the same.
 */
export const upsertColumns = async (
  client: MilvusClient,
  request: {
    collection: string;
    fields: readonly FieldType[];
    rows: readonly MilvusRow[];
    timeout: number;
  },
): Promise<MutationResult> => {
  const { path, requestSerialize, responseDeserialize } = upsertMethod();
  const message = {
    collection_name: request.collection,
    fields_data: request.fields.map((field) => columnOf(field, request.rows)),
    num_rows: request.rows.length,
  };
  const channel = (await client.channelPool.acquire()) as unknown as Client;
  try {
    return await new Promise((resolve, reject) =>
      channel.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        message,
        // A Date: the SDK's interceptors ask it for its time.
        { deadline: new Date(Date.now() + request.timeout) },
        (error, answer) => (error ? reject(error) : resolve(answer as MutationResult)),
      ),
    );
  } finally {
    await client.channelPool.release(channel as never);
  }
};

const columnOf = (field: FieldType, rows: readonly MilvusRow[]) => {
  const { name, data_type: type, element_type: elementType } = field;
  const column = { type, field_name: name };
  const values = rows.map((row) => row[name]);
  switch (type) {
    case DataType.FloatVector:
      return {
        ...column,
        vectors: { dim: field.dim, float_vector: { data: bytesOf(values as Float32Array[]) } },
      };
    case DataType.VarChar:
      return { ...column, scalars: { string_data: { data: values } } };
    case DataType.Int32:
      return { ...column, scalars: { int_data: { data: values } } };
    case DataType.Double:
      return { ...column, scalars: { double_data: { data: values } } };
    case DataType.Array:
      return {
        ...column,
        scalars: {
          array_data: {
            data: values.map((data) => ({ string_data: { data } })),
            element_type: elementType,
          },
        },
      };
    default:
      throw new TypeError(`no column of type ${type} is written here: ${name}`);
  }
};

/** Protocol buffers keep floats in little-endian order, as every machine that Node runs on does. */
const bytesOf = (vectors: readonly Float32Array[]): Buffer =>
  Buffer.concat(
    vectors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );

let method: ServiceDefinition[string] | undefined;

/** Milvus' `Upsert` by the SDK's definitions, with one change that is the same on the wire: packed floats are bytes. */
const upsertMethod = (): ServiceDefinition[string] => {
  method ??= (() => {
    // A CommonJS module, which loaders unwrap differently.
    const protocol = structuredClone(
      (definitions as { default?: unknown }).default ?? definitions,
    ) as Definitions;
    protocol.nested.milvus.nested.proto.nested.schema.nested.FloatArray.fields = {
      data: { type: 'bytes', id: 1 },
    };
    const loaded = loadPackageDefinition(
      fromJSON(protocol as never, {
        keepCase: true,
        longs: String,
        enums: String,
        defaults: true,
        oneofs: true,
      }),
    ) as unknown as { milvus: { proto: { milvus: { MilvusService: { service: ServiceDefinition } } } } };
    const found = loaded.milvus.proto.milvus.MilvusService.service.Upsert;
    if (!found) throw new Error('the Milvus SDK has no definition of Upsert any more: see upsert-columns.ts');
    return found;
  })();
  return method;
};

interface Definitions {
  nested: {
    milvus: {
      nested: { proto: { nested: { schema: { nested: { FloatArray: { fields: object } } } } } };
    };
  };
}
