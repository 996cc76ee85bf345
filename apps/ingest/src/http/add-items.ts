import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { type HttpApp, problemResponses } from '@soundalike/http';
import { isLink, isS3 } from '@soundalike/source';
import { z } from 'zod';
import { recordSource } from '../scan/record-source.ts';
import { linkEntry } from '../sources/find-file.ts';
import { createKnownFinder } from '../sources/find-known.ts';
import { readManifestRow } from '../sources/manifest-row.ts';
import { type PostedItem, postedItemSchema } from '../sources/manifest-schema.ts';
import { manifestEntries } from '../sources/open-source.ts';
import type { SourceEntry } from '../sources/source-entry.ts';
import { feedQueue } from '../work/feed-queue.ts';
import type { IngestHttpDeps } from './ingest-http-deps.ts';

/** Items in one JSON body; more come as a manifest, or in several requests. */
const MAX_ITEMS = 1_000;

/** How long one request may hold its idempotency key, ms. */
const LEASE_MS = 600_000;

const MANIFEST_TYPES: Readonly<Record<string, string>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
};

const bodySchema = z.strictObject({
  /** What the items are said to come from; shown with the run, and a filter for failures. */
  source: z.string().min(1).max(200).default('api'),
  items: z.array(postedItemSchema).min(1).max(MAX_ITEMS),
});

const answerSchema = z.strictObject({
  run: z.int(),
  entries: z.int(),
  queued: z.int(),
  unchanged: z.int(),
  failed: z.int(),
});
type Answer = z.infer<typeof answerSchema>;

/**
 * `POST /v1/ingest`: items as JSON, or a manifest as the body (`text/csv`, `application/x-ndjson`). Answers when they are recorded; workers do
 * the rest, and `/v1/ingest/runs/{run}` tells. With `Idempotency-Key` a request sent again gets its first answer.
 */
export const addItems = (app: HttpApp, deps: IngestHttpDeps): void => {
  const { adds, catalogue } = deps;
  if (!adds) return;
  for (const type of Object.keys(MANIFEST_TYPES))
    app.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
  app.post(
    '/v1/ingest',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'Add items, or a manifest',
        description:
          'Items as JSON, or a manifest as the body: `text/csv` (with a header line) or `application/x-ndjson`. Files lie below a root that the server knows. What cannot be used is counted in `failed` and listed at `/v1/ingest/failures`.',
        tags: ['ingest'],
        headers: z.looseObject({ 'idempotency-key': z.string().min(1).max(200).optional() }),
        querystring: z.strictObject({ source: z.string().min(1).max(200).default('api') }),
        response: {
          202: answerSchema,
          ...problemResponses(
            'INPUT_INVALID',
            'IDEMPOTENCY_CONFLICT',
            'SOURCE_TOO_LARGE',
            'FORMAT_UNSUPPORTED',
            'DATABASE_UNAVAILABLE',
            'QUEUE_UNAVAILABLE',
          ),
        },
      },
    },
    async ({ headers, query, body }, reply) => {
      const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
      await mkdir(adds.temporaryFolder, { recursive: true });
      const folder = await mkdtemp(join(adds.temporaryFolder, 'post-'));
      try {
        const extension = MANIFEST_TYPES[type];
        const path = join(folder, `manifest.${extension ?? 'json'}`);
        const fingerprint = extension
          ? await save(body as Readable, path, adds.maxUploadBytes)
          : hashOf(JSON.stringify(body));
        const work = () =>
          extension
            ? record({ source: query.source, entries: manifest(path, deps) }, deps)
            : postItems(body, deps);
        const answer = await once(headers['idempotency-key'], fingerprint, work, catalogue);
        return reply.status(202).header('location', `/v1/ingest/runs/${answer.run}`).send(answer);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
};

const postItems = (body: unknown, deps: IngestHttpDeps): Promise<Answer> => {
  const parsed = bodySchema.safeParse(body);
  if (parsed.success)
    return record({ source: parsed.data.source, entries: posted(parsed.data.items, deps) }, deps);
  const [issue] = parsed.error.issues;
  throw new SoundalikeError(
    'INPUT_INVALID',
    `body/${issue?.path.join('/') ?? ''} ${issue?.message ?? 'is wrong'}`,
  );
};

async function* manifest(path: string, { adds }: IngestHttpDeps): AsyncGenerator<SourceEntry> {
  if (!adds) return;
  yield* manifestEntries(path, createKnownFinder(await adds.roots()), 'posted manifest');
}

async function* posted(items: readonly PostedItem[], { adds }: IngestHttpDeps): AsyncGenerator<SourceEntry> {
  if (!adds) return;
  const files = createKnownFinder(await adds.roots());
  for (const [index, { attributes, ...columns }] of items.entries()) {
    try {
      const row = { number: index + 1, columns: { ...attributes, ...columns } };
      const entry = readManifestRow(row, 'posted items');
      yield isLink(entry.place) || isS3(entry.place) ? linkEntry(entry) : await files.entry(entry);
    } catch (error) {
      const location = { root: null, path: items[index]?.path ?? `posted items#${index + 1}` };
      yield { kind: 'invalid', location, error: toSoundalikeError(error), hidesOthers: true };
    }
  }
}

/** Writes entries down as a run and gives them to the queue. */
const record = async (
  { source, entries }: { source: string; entries: AsyncIterable<SourceEntry> },
  { catalogue, queue, adds }: IngestHttpDeps,
): Promise<Answer> => {
  if (!adds) throw new SoundalikeError('NOT_FOUND', 'Items cannot be added here');
  const run = await catalogue.createRun({ catalogue: adds.catalogueName, source });
  const seen = await recordSource({
    runId: run.id,
    source: { name: source, key: source, entries },
    catalogueName: adds.catalogueName,
    deps: { catalogue, store: await storeOf(adds) },
    signal: new AbortController().signal,
  });
  await catalogue.setRunState(run.id, 'running');
  const { queued, active, outcomes } = await catalogue.runCounts(run.id);
  if (queued + active === 0) await catalogue.setRunState(run.id, 'done');
  else await feedQueue(catalogue, queue);
  return {
    run: run.id,
    entries: seen,
    queued: queued + active,
    unchanged: outcomes.unchanged,
    failed: outcomes.failed,
  };
};

/** Before anything is indexed there is no metadata to edit. */
const storeOf = (adds: NonNullable<IngestHttpDeps['adds']>) =>
  adds.store().catch((error) => {
    if (toSoundalikeError(error).code === 'INDEX_EMPTY')
      return { space: '', updateFields: async () => false };
    throw error;
  });

/** Does work once for a key; the same request again gets the first answer, another one under this key is refused. */
const once = async (
  key: string | undefined,
  fingerprint: string,
  work: () => Promise<Answer>,
  catalogue: IngestHttpDeps['catalogue'],
): Promise<Answer> => {
  if (key === undefined) return work();
  const name = `idempotency:${key}`;
  const holder = hashOf(`${Math.random()}`);
  const conflict = (reason: string) =>
    new SoundalikeError('IDEMPOTENCY_CONFLICT', `The Idempotency-Key "${key}" ${reason}`);
  if (!(await catalogue.acquireLease({ name, holder, leaseMs: LEASE_MS })))
    throw conflict('is being worked on; send the request again in a moment');
  try {
    const before = await catalogue.findAnswer(key);
    if (before && before.fingerprint !== fingerprint) throw conflict('was used for another request');
    if (before) return JSON.parse(before.answer) as Answer;
    const answer = await work();
    await catalogue.keepAnswer({ key, fingerprint, answer: JSON.stringify(answer) });
    return answer;
  } finally {
    await catalogue.releaseNamedLease({ name, holder });
  }
};

/** Streams a body into a file. @returns its hash */
const save = async (body: Readable, path: string, maxBytes: number): Promise<string> => {
  const hash = createHash('sha256');
  let bytes = 0;
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length;
      hash.update(chunk);
      callback(
        bytes > maxBytes
          ? new SoundalikeError('SOURCE_TOO_LARGE', `The manifest is larger than ${maxBytes} bytes`)
          : null,
        chunk,
      );
    },
  });
  await pipeline(body, cap, createWriteStream(path));
  return hash.digest('hex');
};

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
