import type { Registry } from '@soundalike/http';
import type { SearchDeps } from '@soundalike/query';
import { Counter, Histogram } from 'prom-client';

/** Seconds of a stage: aligning takes milliseconds, embedding ten minutes of audio on a busy CPU tens of seconds. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/** Tells Prometheus what searches spend their time on and how they end. */
export const measureSearches = (registry: Registry): NonNullable<SearchDeps['observe']> => {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'soundalike_search_stage_seconds',
    help: 'Time of a search in a stage: fetch (links), decode, embed, read (stored rows), filter, retrieve, align, verify, judge.',
    labelNames: ['stage'],
    buckets: BUCKETS,
    registers,
  });
  const searches = new Counter({
    name: 'soundalike_searches_total',
    help: 'Searches answered, by verdict.',
    labelNames: ['verdict'],
    registers,
  });
  return ({ verdict, stages }) => {
    searches.inc({ verdict });
    for (const [stage, ms] of Object.entries(stages)) seconds.observe({ stage }, ms / 1000);
  };
};
