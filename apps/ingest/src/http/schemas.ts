import { ERROR_TABLE, type ErrorCode } from '@soundalike/core';
import { z } from 'zod';

/** Instants are ISO 8601 in UTC, durations seconds. */
export const instant = z.iso.datetime();
export const toInstant = (ms: number): string => new Date(ms).toISOString();
export const toInstantOrNull = (ms: number | null): string | null => (ms === null ? null : toInstant(ms));

export const stageName = z.enum(['fetch', 'decode', 'embed', 'store']);
/** One of the codes in docs/errors.md. */
export const errorCode = z.enum(Object.keys(ERROR_TABLE) as [ErrorCode, ...ErrorCode[]]);
export const itemState = z.enum(['queued', 'active', 'indexed', 'duplicate', 'failed', 'gone', 'cancelled']);

const stageShares = z.strictObject({
  fetch: z.number(),
  decode: z.number(),
  embed: z.number(),
  store: z.number(),
});
/** Items in each stage, now or on average over a piece of time. */
export const occupancySchema = stageShares;

export const runSchema = z.strictObject({
  run: z.int(),
  catalogue: z.string(),
  source: z.string(),
  state: z.enum(['scanning', 'running', 'done', 'interrupted']),
  startedAt: instant,
  finishedAt: instant.nullable(),
  wallSeconds: z.number(),
  counts: z.strictObject({
    total: z.int(),
    queued: z.int(),
    active: z.int(),
    indexed: z.int(),
    unchanged: z.int(),
    duplicate: z.int(),
    failed: z.int(),
    gone: z.int(),
    cancelled: z.int(),
    /** Named by later runs, too, while this one was at work, and counted there. */
    handedOver: z.int(),
  }),
  /** Seconds of audio embedded. */
  audioSeconds: z.number(),
  /** Only while it goes on. */
  progress: z
    .strictObject({
      /** 0..1 of the items that are to be worked on. */
      share: z.number(),
      itemsPerMinute: z.number(),
      /** Seconds of audio embedded in a second. */
      timesRealTime: z.number(),
      /** Null as long as nothing tells. */
      etaSeconds: z.number().nullable(),
      /** The stage that most time goes into. */
      bottleneck: stageName.nullable(),
      /** Share of the time by stage, of the items that ended in the last minutes, 0..1. */
      timeShares: stageShares,
      /** Items in each stage now. */
      occupancy: occupancySchema,
    })
    .nullable(),
});
export type RunView = z.infer<typeof runSchema>;

export const itemSchema = z.strictObject({
  item: z.int(),
  run: z.int(),
  /** `root/path` or the link. */
  location: z.string(),
  root: z.string().nullable(),
  path: z.string(),
  externalId: z.string().nullable(),
  state: itemState,
  outcome: z.string().nullable(),
  stage: stageName.nullable(),
  /** Counted attempts of the current try, and how often it was given to the queue. */
  attempts: z.int(),
  tries: z.int(),
  trackId: z.string().nullable(),
  contentId: z.string().nullable(),
  space: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  audioSeconds: z.number().nullable(),
  worker: z.string().nullable(),
  error: z
    .strictObject({
      code: z.string(),
      message: z.string(),
      /** What ffmpeg or another tool said. */
      words: z.string().nullable(),
      help: z.string(),
      retryable: z.boolean(),
    })
    .nullable(),
  /** Seconds by stage of the last attempt. */
  timings: z.record(z.string(), z.number()),
  queuedAt: instant.nullable(),
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});
export type ItemView = z.infer<typeof itemSchema>;

/** An item with every attempt at it, the first one first. */
export const itemStorySchema = itemSchema.extend({
  story: z.array(
    z.strictObject({
      run: z.int(),
      attempt: z.int(),
      worker: z.string().nullable(),
      startedAt: instant.nullable(),
      finishedAt: instant,
      outcome: z.enum(['indexed', 'duplicate', 'failed', 'again', 'released']),
      stage: stageName.nullable(),
      code: z.string().nullable(),
      message: z.string().nullable(),
      words: z.string().nullable(),
      timings: z.record(z.string(), z.number()),
    }),
  ),
});
export type ItemStory = z.infer<typeof itemStorySchema>;

export const cursor = z.coerce.number().int().positive().optional();
export const pageSize = (most: number, usual: number) =>
  z.coerce.number().int().min(1).max(most).default(usual);
