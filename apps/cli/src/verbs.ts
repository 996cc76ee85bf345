import type { Verb } from './verb.ts';
import { doctor } from './verbs/doctor.ts';
import { duplicates } from './verbs/duplicates.ts';
import { embedder } from './verbs/embedder.ts';
import { ingest } from './verbs/ingest.ts';
import { model } from './verbs/model.ts';
import { queue } from './verbs/queue.ts';
import { serve } from './verbs/serve.ts';
import { similar } from './verbs/similar.ts';
import { worker } from './verbs/worker.ts';

/** Every verb of the command line, in the order of the overview. */
export const VERBS: readonly Verb[] = [
  ingest,
  similar,
  serve,
  worker,
  embedder,
  queue,
  duplicates,
  model,
  doctor,
];
