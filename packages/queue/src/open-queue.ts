import type { Catalogue } from '@soundalike/catalogue';
import { createDatabaseQueue } from './database-queue.ts';
import type { JobQueue } from './job-queue.ts';
import { createMemoryQueue } from './memory-queue.ts';

export interface QueueOptions {
  /** `database:`, `redis://…`, `rediss://…` or `memory:`. */
  readonly url: string;
  readonly catalogue: Catalogue;
  /** `host:pid`, who holds jobs. */
  readonly worker: string;
}

/** Opens the queue that the URL names; BullMQ is loaded only where Redis is used. @throws SoundalikeError `QUEUE_UNAVAILABLE` */
export const openQueue = async ({ url, catalogue, worker }: QueueOptions): Promise<JobQueue> => {
  if (url.startsWith('memory:')) return createMemoryQueue();
  if (url.startsWith('database:')) return createDatabaseQueue({ catalogue, worker });
  return (await import('./bullmq-queue.ts')).createBullmqQueue({ url });
};
