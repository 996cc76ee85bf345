import type { Catalogue } from '@soundalike/catalogue';
import { createDatabaseQueue } from './database-queue.ts';
import type { QueueHarness } from './job-queue.contract.ts';

/** The database queue over a catalogue, for the contract. */
export const databaseHarness = (catalogue: Catalogue): QueueHarness => {
  let made = 0;
  return {
    queue: createDatabaseQueue({ catalogue, worker: 'test-host:1', backoff: () => 5 }),
    makeItems: async (count) => {
      const run = await catalogue.createRun({ catalogue: 'default', source: 'queue' });
      const found = Array.from({ length: count }, () => ({
        root: 'q',
        path: `${made++}`,
        externalId: null,
        metadata: {},
        size: 1,
        modifiedMs: 1,
      }));
      return (await catalogue.recordFound({ runId: run.id, catalogue: 'default', space: 's', found })).queued;
    },
    begin: async (itemId) => void (await catalogue.startItem(itemId, 'test-host:1')),
    end: async (itemId) =>
      void (await catalogue.failItem({
        itemId,
        code: 'INTERNAL',
        message: 'ended by the contract',
        retry: false,
      })),
    close: () => catalogue.close(),
  };
};
