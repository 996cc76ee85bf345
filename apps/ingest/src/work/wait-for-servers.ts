import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode, SoundalikeError } from '@soundalike/core';
import type { IngestDeps } from './ingest-deps.ts';

/** Pauses between looks at a server that is away double from here, ms. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Errors that say that a server is away, and not that something is wrong with an item. */
const AWAY: ReadonlySet<ErrorCode> = new Set([
  'STORE_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'EMBEDDER_UNAVAILABLE',
]);

/** While a server is away, items wait before their first byte is read, rather than being worked on in vain one after the other. */
export interface ServerGate {
  /** Resolves when work may begin, or when the signal is aborted. */
  open(signal: AbortSignal): Promise<void>;
  /** Told of every error of an item; closes where a server is away. */
  tell(error: SoundalikeError): void;
}

export const createServerGate = ({
  catalogue,
  store,
  logger,
}: Pick<IngestDeps, 'catalogue' | 'store' | 'logger'>): ServerGate => {
  let coming: Promise<void> | undefined;

  const waitUntilBack = async ({ code, message }: SoundalikeError) => {
    logger.warn({ code, reason: message }, 'a server is away: waiting for it, no attempt is counted');
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await sleep(pause, undefined, { ref: false });
      try {
        await catalogue.ping();
        await store.getTracks(['none'], { consistency: 'bounded' });
        // An embedding service is tried by the next item: its client waits and tries its nodes itself.
        logger.info({ code }, 'going on');
        return;
      } catch {
        // still away
      }
    }
  };

  return {
    open: async (signal) => {
      if (!coming || signal.aborted) return;
      await Promise.race([
        coming,
        new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
      ]);
    },
    tell: (error) => {
      if (!AWAY.has(error.code)) return;
      coming ??= waitUntilBack(error).finally(() => {
        coming = undefined;
      });
    },
  };
};
