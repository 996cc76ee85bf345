export { MAX_ATTEMPTS } from './backoff.ts';
export type { BullmqQueue } from './bullmq-queue.ts';
export * from './job-queue.ts';
export { openQueue, type QueueOptions } from './open-queue.ts';
