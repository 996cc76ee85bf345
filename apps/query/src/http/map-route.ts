import { type HttpApp, problemResponses } from '@soundalike/http';
import { keepMap } from '../map/keep-map.ts';
import type { StoredMap } from '../map/stored-map.ts';
import { mapSchema } from './documents.ts';
import type { QueryDeps } from './query-deps.ts';

/** `GET /v1/map`: the catalogue on a plane, made in the background. */
export const mapRoute = (app: HttpApp, deps: QueryDeps): void => {
  const keeper = keepMap({
    catalogue: deps.catalogue,
    openStore: async () => (await deps.searchDeps()).store,
    folder: deps.mapFolder,
    logger: app.log,
  });
  app.addHook('onClose', () => keeper.close());
  app.get(
    '/v1/map',
    {
      config: { scope: 'search' },
      schema: {
        summary: 'The catalogue as points on a plane: what lies near sounds alike',
        description: 'At most 20,000 tracks; of a larger catalogue as many, drawn evenly.',
        tags: ['catalogue'],
        response: { 200: mapSchema, ...problemResponses('DATABASE_UNAVAILABLE') },
      },
    },
    async () => {
      const { state, map } = await keeper.current();
      return { state, points: map ? await pointsOf(map, deps) : [] };
    },
  );
};

/** The points of tracks that are still there, with their present metadata. */
const pointsOf = async (map: StoredMap, { catalogue }: QueryDeps) => {
  const tracks = await catalogue.getTracks(map.trackIds);
  return map.trackIds.flatMap((trackId, index) => {
    const track = tracks.get(trackId);
    if (!track) return [];
    const [x = 0, y = 0] = map.positions.slice(index * 2, index * 2 + 2);
    return [{ trackId, x, y, title: track.title, artist: track.artist, genre: track.genre }];
  });
};
