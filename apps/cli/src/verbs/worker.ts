import { startWorker } from '@soundalike/ingest';
import { ingestDeps } from '../ingest-deps.ts';
import { noteUntrained } from '../note-untrained.ts';
import { defineVerb } from '../verb.ts';

export const worker = defineVerb({
  name: 'worker',
  summary: 'only work: take items from the queue until stopped',
  usage: '',
  options: {},
  examples: [
    'QUEUE_URL=redis://queue:6379 DATABASE_URL=postgres://… VECTOR_STORE_URL=milvus://… soundalike worker',
  ],
  run: async ({ context, output, signal }) => {
    const { deps, concurrency } = await ingestDeps(context);
    noteUntrained(deps.embedder.model, output);
    const queue = await context.queue();
    context.logger.info(
      {
        queue: queue.url,
        database: deps.catalogue.url,
        space: deps.store.space,
        provider: deps.embedder.provider,
        concurrency,
      },
      'worker is listening',
    );
    await startWorker({ deps, queue, concurrency, signal });
    return 0;
  },
});
