import { join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { type MetricsServer, serveMetrics } from '@soundalike/http';
import { startWorker } from '@soundalike/ingest';
import { createWorkMetrics } from '@soundalike/ingest/metrics';
import { sweepTemporary } from '@soundalike/source';
import type { Context } from '../context.ts';
import { createServer } from '../create-server.ts';
import { workFacts } from '../ingest-deps.ts';
import { readListenAddress } from '../listen-address.ts';
import { checkSomeKey, needsKeys } from '../need-keys.ts';
import { noteUntrained } from '../note-untrained.ts';
import { openWork, type Work } from '../open-work.ts';
import { defineVerb } from '../verb.ts';

/** How long requests in hand may go on after the signal to stop, ms. */
const DRAIN_MS = 10_000;

export const serve = defineVerb({
  usage: '',
  options: {
    port: { type: 'string', value: 'n', help: 'port (PORT, 7700); 0 takes a free one' },
    host: { type: 'string', value: 'address', help: 'address to listen at (HOST, 127.0.0.1)' },
  },
  examples: [
    'soundalike serve',
    'soundalike serve --port 8080',
    'ALLOWED_HOSTS=music.example soundalike serve',
  ],
  run: async ({ options, context, output, signal }) => {
    const { config, logger } = context;
    const { host, port } = readListenAddress(options, config);
    const keysNeeded = needsKeys(host, config);
    if (keysNeeded) await checkSomeKey(await context.catalogue(), host);
    // Workers sweep, too, but with a queue on Redis there is none in this process.
    await sweepTemporary(join(config.home, 'temporary'));
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    // With the embedded queue, one process does everything; with Redis, workers are processes of their own.
    const work = config.queueUrl.startsWith('database:')
      ? await openWork(context, { allowVolatileQueue: false, output, signal })
      : undefined;
    const app = await createServer(context, { keysNeeded });
    let metrics: MetricsServer | undefined;
    try {
      // Beside its own /metrics, which needs a key, one without for a private network.
      if (config.metricsPort)
        metrics = await serveMetrics({
          registry: await context.metrics('serve'),
          host: config.metricsHost,
          port: config.metricsPort,
        });
      const working = work ? workOff(work, context, either) : Promise.resolve();
      working.catch(() => stop.abort());
      const address = await app.listen({ host, port }).catch((cause) => {
        throw listenError(cause, host, port);
      });
      noteUntrained((await context.model()).info, output);
      output.print(`Soundalike is at ${address} (API: ${address}/docs). Ctrl-C stops it.`);
      output.document({ url: address });
      await aborted(either);
      logger.info('stopping');
      // Past the deadline connections are cut; what was in hand is handed back or was only read.
      const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
      await Promise.all([app.close(), working]);
      clearTimeout(cut);
      return 0;
    } finally {
      stop.abort();
      await metrics?.close();
      await app.close();
      await work?.release();
    }
  },
});

const workOff = async ({ deps, queue, concurrency }: Work, context: Context, signal: AbortSignal) => {
  const observer = createWorkMetrics(await context.metrics('serve'), workFacts(deps));
  await startWorker({ deps: { ...deps, observer }, queue, concurrency, signal });
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

const listenError = (cause: NodeJS.ErrnoException, host: string, port: number): SoundalikeError => {
  const reason =
    cause.code === 'EADDRINUSE'
      ? 'something listens there already; --port takes another, --port 0 a free one'
      : cause.message;
  return new SoundalikeError('CONFIG_INVALID', `Cannot listen at ${host}:${port}: ${reason}`, { cause });
};
