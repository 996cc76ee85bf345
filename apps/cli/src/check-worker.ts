import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Catalogue } from '@soundalike/catalogue';
import { type Config, SoundalikeError } from '@soundalike/core';
import type { BullmqQueue, JobQueue } from '@soundalike/queue';

/** The setting that tells one catalogue database from another. */
const IDENTITY = 'database-identity';

/** Embedded data belongs to one host at a time; its workers say so this often at least, ms. */
const HOST_LEASE_MS = 60_000;
const HOST_LEASE = 'embedded-host';

/**
 * What must be so before the first job is taken: a queue that forgets nothing, and data that all its workers share.
 *
 * @returns keeps the claim on embedded data while the worker runs, and gives it back
 * @throws SoundalikeError `CONFIG_INVALID` with the reason and the way out
 */
export const checkWorker = async (options: {
  config: Config;
  catalogue: Catalogue;
  queue: JobQueue;
  allowVolatileQueue: boolean;
  signal: AbortSignal;
}): Promise<() => Promise<void>> => {
  const { config, catalogue, queue, allowVolatileQueue, signal } = options;
  if (!allowVolatileQueue) await checkDurability(queue);
  if (isBullmq(queue)) await checkSameDatabase(queue, catalogue);
  const isEmbedded = config.databaseUrl.startsWith('sqlite:') || config.vectorStoreUrl.startsWith('lancedb:');
  return isEmbedded ? holdHost(catalogue, signal) : async () => undefined;
};

const isBullmq = (queue: JobQueue): queue is BullmqQueue => queue.kind === 'bullmq';

/** @throws SoundalikeError `CONFIG_INVALID` for a Redis that may lose jobs, with the settings that mend it */
export const checkDurability = async (queue: JobQueue): Promise<void> => {
  if (!isBullmq(queue)) return;
  const problems = await queue.durabilityProblems();
  if (problems.length === 0) return;
  throw invalid(
    'QUEUE_URL',
    `The Redis at ${queue.url} is not fit to hold a queue: ${problems.join('; ')}. ` +
      'Set: redis-cli config set maxmemory-policy noeviction; redis-cli config set appendonly yes (and in redis.conf). ' +
      '--allow-volatile-queue goes on without; lost jobs are then fed again from the database.',
  );
};

/** Jobs carry numbers of items: with another database behind it, a worker would take them for items of its own. */
const checkSameDatabase = async (queue: BullmqQueue, catalogue: Catalogue) => {
  const known = await catalogue.getSetting(IDENTITY);
  const own = known ?? randomUUID();
  if (known === undefined) await catalogue.setSetting(IDENTITY, own);
  const owner = await queue.claimFor(own);
  if (owner === own) return;
  throw invalid(
    'DATABASE_URL',
    `The queue at ${queue.url} belongs to another catalogue database than ${catalogue.url}` +
      (catalogue.kind === 'sqlite'
        ? ': an SQLite file is of one host only. Workers on several hosts need DATABASE_URL=postgres://… and VECTOR_STORE_URL=milvus://….'
        : '. Workers of one queue need one DATABASE_URL; another catalogue needs a Redis (or Redis database number) of its own.'),
  );
};

/** SQLite and LanceDB rely on locks of one host's file system; a second host on a network drive would damage them. */
const holdHost = async (catalogue: Catalogue, signal: AbortSignal): Promise<() => Promise<void>> => {
  const claim = { name: HOST_LEASE, holder: hostname(), leaseMs: HOST_LEASE_MS };
  if (!(await catalogue.acquireLease(claim)))
    throw invalid(
      'DATABASE_URL',
      'Another host works on this embedded database or vector store. They are files of one host: workers on several hosts need DATABASE_URL=postgres://… and VECTOR_STORE_URL=milvus://…. (A host that crashed is forgotten after a minute.)',
    );
  const timer = setInterval(() => {
    if (!signal.aborted) catalogue.acquireLease(claim).catch(() => undefined);
  }, HOST_LEASE_MS / 3);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await catalogue.releaseNamedLease(claim).catch(() => undefined);
  };
};

const invalid = (setting: string, message: string) =>
  new SoundalikeError('CONFIG_INVALID', message, { fields: { setting } });
