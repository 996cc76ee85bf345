import type { VerbEntry } from './verb.ts';

/** Every verb of the command line, in the order of the overview. What a verb needs is loaded when it is asked for. */
export const VERBS: readonly VerbEntry[] = [
  {
    name: 'ingest',
    summary: 'take a folder, manifest, playlist, link or bucket into the catalogue',
    load: async () => (await import('./verbs/ingest.ts')).ingest,
  },
  {
    name: 'similar',
    summary: 'find what sounds like a file, a link or a track',
    load: async () => (await import('./verbs/similar.ts')).similar,
  },
  {
    name: 'serve',
    summary: 'web page, API and dashboard; works the embedded queue off, too',
    load: async () => (await import('./verbs/serve.ts')).serve,
  },
  {
    name: 'worker',
    summary: 'only work: take items from the queue until stopped',
    load: async () => (await import('./verbs/worker.ts')).worker,
  },
  {
    name: 'embedder',
    summary: 'only embed, for workers and queries on other hosts (a GPU node)',
    load: async () => (await import('./verbs/embedder.ts')).embedder,
  },
  {
    name: 'queue',
    summary: 'what is queued, failed and why; retry, pause, resume',
    load: async () => (await import('./verbs/queue.ts')).queue,
  },
  {
    name: 'duplicates',
    summary: 'copies of one recording, with what says so; nothing is merged or deleted',
    load: async () => (await import('./verbs/duplicates.ts')).duplicates,
  },
  {
    name: 'index',
    summary: 'verify and repair the index; make another beside it, go over to it and back',
    load: async () => (await import('./verbs/index/index-verb.ts')).index,
  },
  {
    name: 'model',
    summary: 'list, install, use, check and calibrate models',
    load: async () => (await import('./verbs/model.ts')).model,
  },
  {
    name: 'bench',
    summary: 'measure how good the search is on your own audio',
    load: async () => (await import('./verbs/bench.ts')).bench,
  },
  {
    name: 'keys',
    summary: 'make, list and revoke the keys of the API and the pages',
    load: async () => (await import('./verbs/keys.ts')).keys,
  },
  {
    name: 'doctor',
    summary: 'check that everything is there and works, with the fix where not',
    load: async () => (await import('./verbs/doctor.ts')).doctor,
  },
];
