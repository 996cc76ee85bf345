import { type HttpApp, problemResponses } from '@soundalike/http';
import { facetsSchema } from './documents.ts';
import type { QueryDeps } from './query-deps.ts';

const NOTHING = { artists: [], genres: [], tags: [], years: { from: null, to: null } };

/** `GET /v1/facets`: what a search can be narrowed by. */
export const facetsRoute = (app: HttpApp, { catalogue }: QueryDeps): void => {
  app.get(
    '/v1/facets',
    {
      config: { scope: 'search' },
      schema: {
        summary: 'Artists, genres and tags with how many tracks have them, and the span of years',
        description: 'At most 200 values of each kind, the commonest first.',
        tags: ['catalogue'],
        response: { 200: facetsSchema, ...problemResponses('DATABASE_UNAVAILABLE') },
      },
    },
    async () => {
      const live = await catalogue.liveSpace();
      if (!live) return NOTHING;
      const { artists, genres, tags, years } = await catalogue.facets(live.name);
      return { artists: [...artists], genres: [...genres], tags: [...tags], years };
    },
  );
};
