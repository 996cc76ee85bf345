import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalogue, Track } from '@soundalike/catalogue';
import { SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { type Embedder, embedderFor } from '@soundalike/embedder';
import { type GoldenOutcome, type OpenSpace, readRoots, sampleTracks } from '@soundalike/ingest';
import { createSearch, type SearchRequest } from '@soundalike/query';
import { isLink, type LocalAudio, openAudio } from '@soundalike/source';
import { fetchPolicyOf } from '../../fetch-policy-of.ts';
import { openEmbedder } from '../../open-embedder.ts';
import type { Invocation } from '../../verb.ts';

/** Tracks of the catalogue that are asked for by a passage of their own audio. */
const OWN_TRACKS = 5;

/** Length of that passage, and the share of the track it begins at. */
const PASSAGE_SECONDS = 8;
const PASSAGE_AT = 0.4;

const UPLOAD = 'sample';

/**
 * Asks a space queries whose answer is known, with the search that everyone uses: passages of tracks that are in it, and those of `--golden`.
 * Network, transform, decoding and vectors must all fit for a passage to find its own track first.
 */
export const askGolden = async (invocation: Invocation, space: OpenSpace): Promise<GoldenOutcome> => {
  const { context, options } = invocation;
  const { config } = context;
  const catalogue = await context.catalogue();
  let network: Promise<Embedder> | undefined;
  const search = createSearch({
    catalogue,
    store: space.store,
    model: space.model,
    embedder: async () => {
      network ??= openEmbedder({ config, model: space.loaded, purpose: 'query' });
      return embedderFor(await network, space.loaded);
    },
    ffmpeg: await context.ffmpeg(),
    fetchPolicy: fetchPolicyOf(config),
    temporaryFolder: join(config.home, 'temporary'),
    maxQuerySeconds: config.maxQuerySeconds,
  });
  const ask = async (request: SearchRequest, upload?: string) =>
    (
      await search(
        { limit: 3, belowFloor: true, ...request },
        { signal: invocation.signal, uploads: new Map(upload === undefined ? [] : [[UPLOAD, upload]]) },
      )
    ).results;
  try {
    const own = await askOwn(invocation, space, ask);
    const file = typeof options.golden === 'string' ? options.golden : undefined;
    const given = file === undefined ? NOTHING : await askGiven(file, catalogue, ask);
    return {
      asked: own.asked + given.asked,
      wrong: [...own.wrong, ...given.wrong],
      skipped: [...own.skipped, ...given.skipped],
    };
  } finally {
    await network?.then((open) => open.close()).catch(() => undefined);
  }
};

type Ask = (request: SearchRequest, upload?: string) => Promise<readonly { trackId: string }[]>;

const NOTHING: GoldenOutcome = { asked: 0, wrong: [], skipped: [] };

const askOwn = async (
  { context, signal }: Invocation,
  space: OpenSpace,
  ask: Ask,
): Promise<GoldenOutcome> => {
  const { config } = context;
  const catalogue = await context.catalogue();
  const drawn = await sampleTracks(catalogue, space.store.space, OWN_TRACKS);
  const tracks = await catalogue.getTracks(drawn.map(({ trackId }) => trackId));
  let asked = 0;
  const wrong: string[] = [];
  const skipped: string[] = [];
  for (const track of tracks.values()) {
    let audio: LocalAudio;
    try {
      audio = await openAudio({
        location: track.location,
        roots: await readRoots(catalogue, config.roots),
        policy: fetchPolicyOf(config),
        temporaryFolder: join(config.home, 'temporary'),
        signal,
      });
    } catch (error) {
      skipped.push(toSoundalikeError(error).message);
      continue;
    }
    try {
      asked += 1;
      const [first] = await ask({ seeds: [{ upload: UPLOAD, ...passageOf(track) }] }, audio.path);
      if (!(await isSameAudio(catalogue, first?.trackId, track)))
        wrong.push(`a passage of ${track.location.path} finds ${first?.trackId ?? 'nothing'} first`);
    } finally {
      await audio.dispose();
    }
  }
  return { asked, wrong, skipped };
};

const passageOf = ({ durationSeconds }: Track) =>
  durationSeconds > 2 * PASSAGE_SECONDS
    ? { from: durationSeconds * PASSAGE_AT, to: durationSeconds * PASSAGE_AT + PASSAGE_SECONDS }
    : {};

/** The same audio under two ids answers as one. */
const isSameAudio = async (catalogue: Catalogue, found: string | undefined, { id, contentId }: Track) =>
  found === id ||
  (found !== undefined && (await catalogue.getTracks([found])).get(found)?.contentId === contentId);

const askGiven = async (file: string, catalogue: Catalogue, ask: Ask): Promise<GoldenOutcome> => {
  const wrong: string[] = [];
  const lines = await readLines(file);
  for (const { sample, expect } of lines) {
    const expected = await catalogue.findTrack(expect);
    if (!expected) throw new SoundalikeError('TRACK_NOT_FOUND', `${file}: no track has the id "${expect}"`);
    const isFile = await stat(sample).then(
      (found) => found.isFile(),
      () => false,
    );
    const seed = isFile ? { upload: UPLOAD } : isLink(sample) ? { url: sample } : { trackId: sample };
    const results = await ask({ seeds: [seed] }, isFile ? sample : undefined);
    if (!results.some(({ trackId }) => trackId === expected.id))
      wrong.push(`${sample} does not find ${expect} among the first ${results.length}`);
  }
  return { asked: lines.length, wrong, skipped: [] };
};

const readLines = async (file: string) => {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new SoundalikeError('SOURCE_NOT_FOUND', `--golden: ${file} cannot be read`, { cause });
  });
  return text
    .split('\n')
    .map((line, at) => ({ line: line.trim(), number: at + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => {
      try {
        const { sample, expect } = JSON.parse(line) as Record<string, unknown>;
        if (typeof sample !== 'string' || typeof expect !== 'string') throw new TypeError('not two texts');
        return { sample, expect };
      } catch (cause) {
        throw new SoundalikeError(
          'INPUT_INVALID',
          `--golden: line ${number} of ${file} must be {"sample": "…", "expect": "…"}`,
          { cause },
        );
      }
    });
};
