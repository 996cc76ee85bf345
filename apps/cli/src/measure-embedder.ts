import type { Embedder } from '@soundalike/embedder';
import type { Registry } from '@soundalike/http';
import { Counter, Gauge, Histogram } from 'prom-client';

/** Seconds that windows wait for their vectors; on a CPU a full queue takes tens of seconds. */
const BUCKETS = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Makes embedders tell Prometheus what they do; those of one process together. */
export const measureEmbedders = (registry: Registry): ((embedder: Embedder) => Embedder) => {
  const registers = [registry];
  const windows = new Counter({
    name: 'soundalike_embedded_windows_total',
    help: 'Windows embedded.',
    registers,
  });
  const inHand = new Gauge({
    name: 'soundalike_embed_windows_in_hand',
    help: 'Windows taken and not yet embedded.',
    registers,
  });
  const seconds = new Histogram({
    name: 'soundalike_embed_seconds',
    help: 'Time from windows to their vectors, for each call.',
    buckets: BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: 'soundalike_embed_failures_total',
    help: 'Calls that ended without vectors.',
    registers,
  });
  return (embedder) => ({
    ...embedder,
    embed: async (input) => {
      const stop = seconds.startTimer();
      inHand.inc(input.windows.length);
      try {
        const vectors = await embedder.embed(input);
        windows.inc(vectors.length);
        return vectors;
      } catch (error) {
        failures.inc();
        throw error;
      } finally {
        inHand.dec(input.windows.length);
        stop();
      }
    },
  });
};
