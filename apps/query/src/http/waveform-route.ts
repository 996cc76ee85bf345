import { decodeAudio } from '@soundalike/embedder';
import { type HttpApp, problemResponses } from '@soundalike/http';
import { createPeaks } from '../waveform/create-peaks.ts';
import { createWaveformCache } from '../waveform/waveform-cache.ts';
import { type Waveform, waveformSchema } from './documents.ts';
import { findTrack } from './find-track.ts';
import { openTrackFile } from './open-track-file.ts';
import type { QueryDeps } from './query-deps.ts';
import { trackParams } from './track-routes.ts';

/** Waveforms remembered: a page of results is asked for again and again. */
const KEPT = 500;

/** `GET /v1/tracks/:id/waveform`: the peaks for drawing, decoded when they are first asked for. */
export const waveformRoute = (app: HttpApp, deps: QueryDeps): void => {
  const known = new Map<string, Promise<Waveform>>();
  const once = oneAtATime();
  const cache = createWaveformCache(deps.waveformFolder);
  const keptOr = async (contentId: string, make: () => Promise<Waveform>): Promise<Waveform> => {
    const kept = await cache.read(contentId);
    if (kept) return kept;
    const made = await make();
    await cache.write(contentId, made);
    return made;
  };
  app.get(
    '/v1/tracks/:id/waveform',
    {
      config: { scope: 'search' },
      schema: {
        summary: "A track's waveform, for drawing",
        tags: ['tracks'],
        params: trackParams,
        response: {
          200: waveformSchema,
          ...problemResponses(
            'TRACK_NOT_FOUND',
            'SOURCE_FORBIDDEN',
            'AUDIO_UNDECODABLE',
            'DATABASE_UNAVAILABLE',
            'TIMEOUT',
          ),
        },
      },
    },
    async ({ params: { id } }, reply) => {
      const track = await findTrack(deps.catalogue, id);
      reply.header('cache-control', 'private, max-age=300');
      const before = known.get(track.contentId);
      if (before) return before;
      const waveform = keptOr(track.contentId, () => once(() => draw(track.id, deps)));
      known.set(track.contentId, waveform);
      waveform.catch(() => known.delete(track.contentId));
      const [oldest] = known.keys();
      if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
      return waveform;
    },
  );
};

const draw = async (trackId: string, { catalogue, roots, searchDeps }: QueryDeps): Promise<Waveform> => {
  const { ffmpeg } = await searchDeps();
  const { handle, path } = await openTrackFile({ catalogue, trackId, roots: await roots() });
  await handle.close();
  const { chunks, sampleRate } = await decodeAudio({ input: { path }, ffmpeg, channels: 'mix', nice: 5 });
  const peaks = createPeaks(sampleRate);
  let samples = 0;
  for await (const chunk of chunks) {
    peaks.add(chunk);
    samples += chunk.length;
  }
  return { durationSeconds: Math.round((samples / sampleRate) * 1000) / 1000, peaks: peaks.values() };
};

/** Decoders run one after the other: twenty rows of a page must not be twenty processes. */
const oneAtATime = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
};
