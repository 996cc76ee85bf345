import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyMultipart from '@fastify/multipart';
import { SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { type HttpApp, problemResponses } from '@soundalike/http';
import { temporaryName } from '@soundalike/source';
import { z } from 'zod';
import { recordSource } from '../scan/record-source.ts';
import { findAllKnown, findKnown } from '../sources/find-known.ts';
import { type PostedItem, postedItemSchema } from '../sources/manifest-schema.ts';
import { manifestEntries } from '../sources/reading/manifest-entries.ts';
import { readManifestRow } from '../sources/reading/manifest-row.ts';
import type { SourceEntry } from '../sources/source-entry.ts';
import { feedQueue } from '../work/feed-queue.ts';
import { answerOnce } from './answer-once.ts';
import { hashOf } from './hash-of.ts';
import type { IngestHttpDeps } from './ingest-http-deps.ts';
import { MANIFEST_TYPES, receiveManifest } from './receive-manifest.ts';

/** Items in one JSON body; more come as a manifest, or in several requests. */
const MAX_ITEMS = 1_000;

/** Someone waits for posted items; a manifest is bulk work, unless its sender says otherwise. */
const PRIORITIES = { interactive: 1, bulk: 10 } as const;
type Priority = keyof typeof PRIORITIES;

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
 * `POST /v1/ingest`: items as JSON, or a manifest as the body (`text/csv`, `application/x-ndjson`) or as the file of a form. Answers when they
 * are recorded; workers do the rest, and `/v1/ingest/runs/{run}` tells. With `Idempotency-Key` a request sent again gets its first answer.
 */
export const addItems = async (app: HttpApp, deps: IngestHttpDeps): Promise<void> => {
  const { adds } = deps;
  if (!adds) return;
  await app.register(async (routes) => {
    for (const type of Object.keys(MANIFEST_TYPES))
      routes.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
    await routes.register(fastifyMultipart, {
      limits: { files: 2, fields: 1, parts: 2, fieldNameSize: 200, headerPairs: 20 },
      throwFileSizeLimit: false,
    });
    const closing = new AbortController();
    routes.addHook('preClose', async () => closing.abort());
    addRoute(routes as unknown as HttpApp, { deps, adds, closing: closing.signal });
  });
};

const addRoute = (
  app: HttpApp,
  {
    deps,
    adds,
    closing,
  }: { deps: IngestHttpDeps; adds: NonNullable<IngestHttpDeps['adds']>; closing: AbortSignal },
): void => {
  app.post(
    '/v1/ingest',
    {
      config: { scope: 'ingest' },
      schema: {
        summary: 'Add items, or a manifest',
        description:
          'Items as JSON, or a manifest as the body: `text/csv` (with a header line) or `application/x-ndjson`, or as the one file of a `multipart/form-data` form. Files lie below a root that the server knows. What cannot be used is counted in `failed` and listed at `/v1/ingest/failures`.',
        tags: ['ingest'],
        headers: z.looseObject({ 'idempotency-key': z.string().min(1).max(200).optional() }),
        querystring: z.strictObject({
          source: z.string().min(1).max(200).default('api'),
          priority: z
            .enum(['interactive', 'bulk'])
            .optional()
            .describe('Interactive work goes first; the default for items. Manifests are bulk work.'),
        }),
        readsBodies: {
          'application/json': bodySchema,
          ...Object.fromEntries(Object.keys(MANIFEST_TYPES).map((type) => [type, z.string()])),
          'multipart/form-data': z.object({ manifest: z.file() }),
        },
        response: {
          202: answerSchema,
          ...problemResponses(
            'INPUT_INVALID',
            'IDEMPOTENCY_IN_PROGRESS',
            'IDEMPOTENCY_CONFLICT',
            'SOURCE_TOO_LARGE',
            'FORMAT_UNSUPPORTED',
            'MANIFEST_INVALID',
            'CANCELLED',
            'DATABASE_UNAVAILABLE',
            'QUEUE_UNAVAILABLE',
          ),
        },
      },
    },
    async (request, reply) => {
      const { headers, query, body } = request;
      const folder = join(adds.temporaryFolder, temporaryName('post'));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        const received = await receiveManifest(request, folder, adds.maxUploadBytes);
        const work = () =>
          received
            ? record(
                {
                  source: query.source,
                  entries: manifest(received.path, query.source, deps),
                  priority: query.priority ?? 'bulk',
                },
                deps,
                closing,
              )
            : postItems(body, query.priority ?? 'interactive', deps, closing);
        const fingerprint = received?.fingerprint ?? hashOf(JSON.stringify(body));
        const answer = await answerOnce(headers['idempotency-key'], fingerprint, work, deps.catalogue);
        return reply.status(202).header('location', `/v1/ingest/runs/${answer.run}`).send(answer);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
};

const postItems = (
  body: unknown,
  priority: Priority,
  deps: IngestHttpDeps,
  closing: AbortSignal,
): Promise<Answer> => {
  const parsed = bodySchema.safeParse(body);
  if (parsed.success)
    return record(
      { source: parsed.data.source, entries: posted(parsed.data, deps), priority },
      deps,
      closing,
    );
  const [issue] = parsed.error.issues;
  // Of an item, a key that a job or a manifest would have is the likeliest mistake.
  const ofItem = issue?.code === 'unrecognized_keys' && issue.path[0] === 'items';
  throw new SoundalikeError(
    'INPUT_INVALID',
    `body/${issue?.path.join('/') ?? ''} ${issue?.message ?? 'is wrong'}${ofItem ? `; an item takes ${ITEM_KEYS}` : ''}`,
  );
};

/** `path` or `url`, and what may stand beside them. */
const ITEM_KEYS = [
  'path or url',
  ...Object.keys(postedItemSchema.shape).filter((key) => key !== 'path' && key !== 'url'),
].join(', ');

async function* manifest(
  path: string,
  source: string,
  { adds }: IngestHttpDeps,
): AsyncGenerator<SourceEntry> {
  if (!adds) return;
  const rows = manifestEntries(path, { name: 'posted manifest', key: source });
  yield* findAllKnown(rows, await adds.roots());
}

async function* posted(
  { items, source }: { items: readonly PostedItem[]; source: string },
  { adds }: IngestHttpDeps,
): AsyncGenerator<SourceEntry> {
  if (!adds) return;
  const roots = await adds.roots();
  for (const [index, { attributes, ...columns }] of items.entries()) {
    try {
      const row = { number: index + 1, columns: { ...attributes, ...columns } };
      yield await findKnown(readManifestRow(row, 'posted items'), roots);
    } catch (error) {
      const { path } = items[index] ?? {};
      // A NUL is what the row is refused for, and what PostgreSQL cannot write down.
      const isName = path !== undefined && !path.includes('\0');
      const location = { root: null, path: isName ? path : `${source}#item-${index + 1}` };
      yield { kind: 'invalid', location, error: toSoundalikeError(error), hidesOthers: true };
    }
  }
}

/** Writes entries down as a run and gives them to the queue. */
const record = async (
  { source, entries, priority }: { source: string; entries: AsyncIterable<SourceEntry>; priority: Priority },
  { catalogue, queue, adds }: IngestHttpDeps,
  signal: AbortSignal,
): Promise<Answer> => {
  if (!adds) throw new SoundalikeError('NOT_FOUND', 'Items cannot be added here');
  const run = await catalogue.createRun({ catalogue: adds.catalogueName, source });
  const { entries: seen } = await recordSource({
    runId: run.id,
    source: { name: source, key: source, entries },
    catalogueName: adds.catalogueName,
    deps: { catalogue, store: await storeOf(adds), spaces: adds.spaces },
    priority: PRIORITIES[priority],
    signal,
  })
    .then((recorded) => {
      if (!signal.aborted) return recorded;
      throw new SoundalikeError(
        'CANCELLED',
        `Run ${run.id} was stopped after ${recorded.entries} entries; send it again`,
      );
    })
    .catch(async (error) => {
      await catalogue.setRunState(run.id, 'interrupted').catch(() => undefined);
      throw error;
    });
  await catalogue.setRunState(run.id, 'running');
  const { queued, active, outcomes, handedOver } = await catalogue.runCounts(run.id);
  if (queued + active === 0) await catalogue.setRunState(run.id, 'done');
  else await feedQueue(catalogue, queue);
  return {
    run: run.id,
    entries: seen,
    // What others that named it meanwhile took over is queued as well.
    queued: queued + active + handedOver,
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
