import type { Catalogue } from '@soundalike/catalogue';
import type { SignatureLimits } from '@soundalike/embedder';
import type { Scope } from '@soundalike/http';
import type { JobQueue } from '@soundalike/queue';
import type { VectorStore } from '@soundalike/store';
import type { FastifyRequest } from 'fastify';
import type { Roots } from '../sources/find-root.ts';
import type { EverySpace } from '../spaces/every-space.ts';

/** What the ingest routes need; put together by the command line. */
export interface IngestHttpDeps {
  readonly catalogue: Catalogue;
  readonly queue: JobQueue;
  /** What the sender of a request may do; undefined: everything, as on loopback without keys. */
  readonly scopesOf?: ((request: FastifyRequest) => ReadonlySet<Scope>) | undefined;
  /** What `POST /v1/ingest` and `GET /v1/duplicates` need; without it they are not there. */
  readonly adds?: {
    readonly catalogueName: string;
    roots(): Promise<Roots>;
    readonly temporaryFolder: string;
    /** Largest manifest, bytes. */
    readonly maxUploadBytes: number;
    /** The live space's store: metadata edits, duplicates. `INDEX_EMPTY` where nothing is indexed. */
    store(): Promise<VectorStore>;
    /** Of the live space's model, for duplicates. */
    readonly signatureLimits?: SignatureLimits | undefined;
    /** Metadata edits reach every space; without it the live one. */
    readonly spaces?: Pick<EverySpace, 'updateFields'> | undefined;
  };
  /** How often watched runs are looked up, ms. */
  readonly watchEveryMs?: number | undefined;
}

/** Whether the sender may pause, retry and change the queue. */
export const mayAct = ({ scopesOf }: IngestHttpDeps, request: FastifyRequest): boolean =>
  scopesOf?.(request).has('admin') ?? true;
