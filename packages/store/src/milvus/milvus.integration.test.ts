import { type Service, startMilvusEngine, startMilvusLite } from '@soundalike/testing';
import { openVectorDatabase } from '../index.ts';
import { describeVectorStore } from '../vector-store.contract.ts';

const contractOn = (name: string, start: () => Promise<Service>) =>
  describeVectorStore(
    name,
    async () => {
      const service = await start();
      return {
        database: await openVectorDatabase(service.url),
        reopen: (options) => openVectorDatabase(service.url, options),
        stop: service.stop,
      };
    },
    { timeoutMs: 240_000, propertyRuns: 15 },
  );

contractOn('Milvus engine 2.3.5', startMilvusEngine);
contractOn('Milvus Lite', startMilvusLite);
