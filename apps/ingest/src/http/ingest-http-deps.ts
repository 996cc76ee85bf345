import type { Catalogue } from '@soundalike/catalogue';
import type { Scope } from '@soundalike/http';
import type { JobQueue } from '@soundalike/queue';
import type { FastifyRequest } from 'fastify';

/** What the ingest routes need; put together by the command line. */
export interface IngestHttpDeps {
  readonly catalogue: Catalogue;
  readonly queue: JobQueue;
  /** What the sender of a request may do; undefined: everything, as on loopback without keys. */
  readonly scopesOf?: ((request: FastifyRequest) => ReadonlySet<Scope>) | undefined;
  /** How often watched runs are looked up, ms. */
  readonly watchEveryMs?: number | undefined;
}

/** Whether the sender may pause, retry and change the queue. */
export const mayAct = ({ scopesOf }: IngestHttpDeps, request: FastifyRequest): boolean =>
  scopesOf?.(request).has('admin') ?? true;
