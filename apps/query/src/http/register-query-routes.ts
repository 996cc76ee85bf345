import fastifyMultipart from '@fastify/multipart';
import type { HttpApp } from '@soundalike/http';
import { audioRoute } from './audio-route.ts';
import { exportRoutes } from './export-routes.ts';
import { facetsRoute } from './facets-route.ts';
import { linkAudioRoute } from './link-audio-route.ts';
import { mapRoute } from './map-route.ts';
import type { QueryDeps } from './query-deps.ts';
import { MAX_UPLOADS } from './receive-uploads.ts';
import { searchRoutes } from './search-routes.ts';
import { statsRoute } from './stats-route.ts';
import { trackRoutes } from './track-routes.ts';
import { vectorsRoute } from './vectors-route.ts';
import { waveformRoute } from './waveform-route.ts';

/** The query app's API under `/v1`. */
export const registerQueryRoutes = async (app: HttpApp, deps: QueryDeps): Promise<void> => {
  await app.register(async (routes) => {
    routes.decorateRequest('uploads', null);
    await routes.register(fastifyMultipart, {
      limits: {
        files: MAX_UPLOADS + 1,
        fields: 1,
        parts: MAX_UPLOADS + 1,
        fieldNameSize: 200,
        headerPairs: 20,
      },
      throwFileSizeLimit: false,
    });
    const api = routes as unknown as HttpApp;
    searchRoutes(api, deps);
    trackRoutes(api, deps);
    exportRoutes(api, deps);
    vectorsRoute(api, deps);
    audioRoute(api, deps);
    statsRoute(api, deps);
    mapRoute(api, deps);
    linkAudioRoute(api, deps);
    facetsRoute(api, deps);
    waveformRoute(api, deps);
  });
};
