/** What `serve` needs of ingestion: apart from the rest, so that a command which serves nothing loads no web server. */
export { dashboardPage } from './dashboard-page.ts';
export type { IngestHttpDeps } from './ingest-http-deps.ts';
export { registerIngestRoutes } from './register-ingest-routes.ts';
