import { type Client, loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { MilvusClient } from '@zilliz/milvus2-sdk-node';
import definitions from '@zilliz/milvus2-sdk-node/dist/milvus/proto-json/milvus.js';

/**
 * One request of Milvus whose vectors are bytes, both ways, instead of the SDK's arrays of numbers: those are encoded and decoded one float at a time
 * and copied several times, which cost more than the server needs. Goes through the SDK's own channels, so login, database and what
 * `insistOnStatus` corrects are the same. Rejects with gRPC's error.
 */
export const callWithRawVectors = async <Answer>(
  client: MilvusClient,
  method: 'Upsert' | 'Query',
  message: object,
  timeoutMs: number,
): Promise<Answer> => {
  const { path, requestSerialize, responseDeserialize } = methodNamed(method);
  const channel = (await client.channelPool.acquire()) as unknown as Client;
  try {
    return await new Promise((resolve, reject) =>
      channel.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        message,
        // A Date: the SDK's interceptors ask it for its time.
        { deadline: new Date(Date.now() + timeoutMs) },
        (error, answer) => (error ? reject(error) : resolve(answer as Answer)),
      ),
    );
  } finally {
    await client.channelPool.release(channel as never);
  }
};

/** Protocol buffers keep floats in little-endian order, as every machine that Node runs on does. */
export const bytesOfVectors = (vectors: readonly Float32Array[]): Buffer =>
  Buffer.concat(
    vectors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );

/** Vectors of a column, which share one buffer, so that one that is kept keeps all: bytes of an answer may begin anywhere, floats only at a multiple of four. */
export const vectorsOfBytes = (bytes: Uint8Array, dimension: number): Float32Array[] => {
  const { buffer } = new Uint8Array(bytes);
  return Array.from(
    { length: Math.floor(buffer.byteLength / 4 / dimension) },
    (_, row) => new Float32Array(buffer, 4 * row * dimension, dimension),
  );
};

const methodNamed = (name: string): ServiceDefinition[string] => {
  service ??= loadService();
  const method = service[name];
  if (!method)
    throw new Error(`the Milvus SDK has no definition of ${name} any more: see milvus/raw-vectors.ts`);
  return method;
};

let service: ServiceDefinition | undefined;

/** The SDK's definitions with one change that is the same on the wire: packed floats are bytes. */
const loadService = (): ServiceDefinition => {
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
  return loaded.milvus.proto.milvus.MilvusService.service;
};

interface Definitions {
  nested: {
    milvus: {
      nested: { proto: { nested: { schema: { nested: { FloatArray: { fields: object } } } } } };
    };
  };
}
