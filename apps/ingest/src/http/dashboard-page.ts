import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { HttpApp } from '@soundalike/http';

/** Where `npm run build` puts the dashboard. */
const WEB_FOLDER = fileURLToPath(new URL('../../dist-web', import.meta.url));

/** Names of built assets carry a hash of their content: they never change. */
const ASSETS = /[/\\]assets[/\\]/;

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Soundalike</title>
<h1>The dashboard is not built yet</h1><p>Run <code>npm run build</code> and start the server again. The API answers already; see <a href="/docs">its documentation</a>.</p></html>`;

/** The queue dashboard at `/ingest`, from the folder that Vite built. It holds no data: what it shows it asks the API for. */
export const dashboardPage = async (app: HttpApp, folder = WEB_FOLDER): Promise<void> => {
  const options = { config: { scope: 'public' }, schema: { hide: true } } as const;
  if (!existsSync(join(folder, 'index.html'))) {
    app.get('/ingest', options, async (_request, reply) =>
      reply.status(503).type('text/html; charset=utf-8').send(NOT_BUILT),
    );
    return;
  }
  app.get('/ingest', options, async (_request, reply) => reply.redirect('/ingest/', 308));
  await app.register(async (page) => {
    page.addHook('onRoute', (route) => {
      route.config = { ...route.config, scope: 'public' };
    });
    await page.register(fastifyStatic, {
      root: folder,
      prefix: '/ingest/',
      // The search page's files are served by a decorator of the same kind.
      decorateReply: false,
      schemaHide: true,
      cacheControl: false,
      setHeaders: (reply, path) =>
        reply.setHeader(
          'cache-control',
          ASSETS.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
        ),
    });
  });
};
