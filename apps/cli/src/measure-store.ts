import type { Registry } from '@soundalike/http';
import { Histogram } from 'prom-client';
import type { StoreCall } from './time-vectors.ts';

/** Seconds of one call: LanceDB answers in milliseconds, building an index over millions of clips takes minutes. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300];

/** Tells Prometheus how long calls of the vector store take. */
export const measureStore = (registry: Registry): ((call: StoreCall) => void) => {
  const histogram = new Histogram({
    name: 'soundalike_store_seconds',
    help: 'Time of one call of the vector store, by operation and whether it went well.',
    labelNames: ['operation', 'outcome'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return ({ operation, outcome, seconds }) => histogram.observe({ operation, outcome }, seconds);
};
