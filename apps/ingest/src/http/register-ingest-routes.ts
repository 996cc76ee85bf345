import type { HttpApp } from '@soundalike/http';
import { addItems } from './add-items.ts';
import { registerBullBoard } from './bull-board.ts';
import { duplicateRoutes } from './duplicate-routes.ts';
import type { IngestHttpDeps } from './ingest-http-deps.ts';
import { itemRoutes } from './item-routes.ts';
import { queueRoutes } from './queue-routes.ts';
import { runRoutes } from './run-routes.ts';

/** The ingest app's API under `/v1/ingest`, and bull-board at `/ingest/bull` where the queue is Redis. */
export const registerIngestRoutes = async (app: HttpApp, deps: IngestHttpDeps): Promise<void> => {
  await addItems(app, deps);
  duplicateRoutes(app, deps);
  runRoutes(app, deps);
  itemRoutes(app, deps);
  queueRoutes(app, deps);
  await registerBullBoard(app, deps);
};
