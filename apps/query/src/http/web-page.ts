import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { HttpApp } from '@soundalike/http';

/** Where `npm run build` puts the page. */
export const WEB_FOLDER = fileURLToPath(new URL('../../dist-web', import.meta.url));

/** Names of built assets carry a hash of their content: they never change. */
const ASSETS = /[/\\]assets[/\\]/;

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Soundalike</title>
<h1>The page is not built yet</h1><p>Run <code>npm run build</code> and start the server again. The API answers already; see <a href="/docs">its documentation</a>.</p></html>`;

/** The web page at `/`, from the folder that Vite built; where that is missing, a page that says what to do. */
export const webPage = async (app: HttpApp, folder = WEB_FOLDER): Promise<void> => {
  if (!existsSync(join(folder, 'index.html'))) {
    app.get('/', { config: { scope: 'public' }, schema: { hide: true } }, async (_request, reply) =>
      reply.status(503).type('text/html; charset=utf-8').send(NOT_BUILT),
    );
    return;
  }
  await app.register(async (page) => {
    page.addHook('onRoute', (route) => {
      route.config = { ...route.config, scope: 'public' };
    });
    await page.register(fastifyStatic, {
      root: folder,
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
