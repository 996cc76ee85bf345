import { DataType, type FieldType, type MilvusClient, type MutationResult } from '@zilliz/milvus2-sdk-node';
import type { MilvusRow } from './collections.ts';
import { bytesOfVectors, callWithRawVectors } from './raw-vectors.ts';

/** An upsert without the SDK's row conversion, which takes 0.35 ms of CPU a row, more than the server needs. Here vectors are copied once. */
export const upsertColumns = (
  client: MilvusClient,
  request: {
    collection: string;
    fields: readonly FieldType[];
    rows: readonly MilvusRow[];
    timeout: number;
  },
): Promise<MutationResult> =>
  callWithRawVectors(
    client,
    'Upsert',
    {
      collection_name: request.collection,
      fields_data: request.fields.map((field) => columnOf(field, request.rows)),
      num_rows: request.rows.length,
    },
    request.timeout,
  );

const columnOf = (field: FieldType, rows: readonly MilvusRow[]) => {
  const { name, data_type: type, element_type: elementType } = field;
  const column = { type, field_name: name };
  const values = rows.map((row) => row[name]);
  switch (type) {
    case DataType.FloatVector:
      return {
        ...column,
        vectors: { dim: field.dim, float_vector: { data: bytesOfVectors(values as Float32Array[]) } },
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
