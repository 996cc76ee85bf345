/** An embedding process: one onnxruntime session with one thread, fed by its parent, ended with it. */
import { setPriority } from 'node:os';
import { isSoundalikeError } from '@soundalike/core';
import { loadInt8 } from '../model/int8-file.ts';
import { loadWeights } from '../model/load-model.ts';
import { createSession, type Session } from '../session.ts';
import type { FromChild, ToChild } from './messages.ts';

let session: Session | undefined;

process.on('message', (message: ToChild) => {
  if (message.type === 'start') void start(message);
  else void embed(message);
});
// The parent is gone (also by kill -9): nothing is left to do.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent decides when to end us.
process.on('SIGINT', () => undefined);

const send = (message: FromChild) => process.send?.(message);

const start = async ({ model, provider, precision, nice }: Extract<ToChild, { type: 'start' }>) => {
  try {
    if (nice) setPriority(nice);
    session = await createSession({
      weights: await loadWeights(model),
      provider,
      int8:
        precision === 'int8'
          ? {
              quantisation: await loadInt8(model),
              quietDb: model.manifest.variants?.int8.quietDb ?? Number.POSITIVE_INFINITY,
            }
          : undefined,
    });
    send({ type: 'ready' });
  } catch (error) {
    const code =
      isSoundalikeError(error) && error.code === 'PROVIDER_UNAVAILABLE'
        ? 'PROVIDER_UNAVAILABLE'
        : 'MODEL_INVALID';
    send({ type: 'failed', code, message: (error as Error).message });
  }
};

const embed = async ({ id, count, windows }: Extract<ToChild, { type: 'embed' }>) => {
  try {
    if (!session) throw new Error('asked to embed before the start');
    const vectors = await session.run(windows, count);
    send({ type: 'embedded', id, vectors, rssBytes: process.memoryUsage.rss() });
  } catch (error) {
    send({ type: 'refused', id, message: (error as Error).message });
  }
};
