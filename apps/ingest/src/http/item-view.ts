import type { Attempt, Item } from '@soundalike/catalogue';
import { ERROR_TABLE, type ErrorCode } from '@soundalike/core';
import { formatLocation } from '@soundalike/source';
import { type ItemStory, type ItemView, toInstant, toInstantOrNull } from './schemas.ts';

/** An item of the ledger as the API shows it. */
export const itemView = (item: Item): ItemView => ({
  item: item.id,
  run: item.runId,
  location: formatLocation(item),
  root: item.root,
  path: item.path,
  externalId: item.externalId,
  state: item.state,
  outcome: item.outcome,
  stage: item.stage,
  attempts: item.attempts,
  tries: item.tries,
  trackId: item.trackId,
  contentId: item.contentId,
  space: item.space,
  sizeBytes: item.size,
  audioSeconds: item.audioSeconds,
  worker: item.worker,
  error:
    item.errorCode === null
      ? null
      : {
          code: item.errorCode,
          message: item.errorMessage ?? '',
          words: item.errorDetail,
          ...aboutCode(item.errorCode),
        },
  timings: inSeconds(item.timings),
  queuedAt: toInstantOrNull(item.queuedAt),
  startedAt: toInstantOrNull(item.startedAt),
  finishedAt: toInstantOrNull(item.finishedAt),
});

/** An item with its attempts. */
export const itemStory = (item: Item, attempts: readonly Attempt[]): ItemStory => ({
  ...itemView(item),
  story: attempts.map(({ runId, number, startedAt, finishedAt, detail, timings, ...attempt }) => ({
    ...attempt,
    run: runId,
    attempt: number,
    startedAt: toInstantOrNull(startedAt),
    finishedAt: toInstant(finishedAt),
    words: detail,
    timings: inSeconds(timings),
  })),
});

const inSeconds = (timings: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(timings).map(([stage, ms]) => [stage, ms / 1000]));

/** What the error table says of a code; codes of another version are unknown here. */
export const aboutCode = (code: string): { help: string; retryable: boolean } => {
  const { help, retryable } = ERROR_TABLE[(code in ERROR_TABLE ? code : 'INTERNAL') as ErrorCode];
  return { help, retryable };
};
