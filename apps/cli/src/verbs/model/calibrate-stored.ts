import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSoundalikeError, SoundalikeError } from '@soundalike/core';
import {
  coverageOf,
  type Embedder,
  fromSpace,
  hopOf,
  modelVariant,
  SHRINKAGE,
  type SpaceTransform,
} from '@soundalike/embedder';
import { fitStored, type OpenSpace, openSpace, readRoots, sampleTracks } from '@soundalike/ingest';
import { type Calibrated, fitCalibration, type Heard, hearExcerpt, MIN_TRACKS } from '@soundalike/query';
import { naming, openAudio } from '@soundalike/source';
import { fetchPolicyOf } from '../../fetch-policy-of.ts';
import { openEmbedder } from '../../open-embedder.ts';
import { readNumber } from '../../read-number.ts';
import type { Invocation } from '../../verb.ts';
import { createWith } from '../index/create.ts';

/** Tracks whose stored vectors the transform is fitted to. */
const FITTED_TRACKS = 2_000;

/** Tracks of which an excerpt is heard anew for the score curve, and how many are tried for them. */
const CURVE_TRACKS = 60;

/**
 * `model calibrate --stored`: centre, whitening and score curve from the index itself. The transform comes from stored vectors; for the curve
 * an excerpt each of some tracks is decoded. With `--write` the space that this makes is built from stored vectors, beside the live one.
 */
export const calibrateStored = async (invocation: Invocation): Promise<number> => {
  const { context, output, options, signal } = invocation;
  const { modelsDir: modelsFolder, coverage } = context.config;
  const [catalogue, vectors] = await Promise.all([context.catalogue(), context.vectors()]);
  const live = await catalogue.liveSpace();
  if (!live) throw new SoundalikeError('INDEX_EMPTY', 'Nothing is indexed, so nothing is stored to fit to');
  const space = await openSpace(live, { catalogue, vectors, modelsFolder, coverage });
  const shrinkage =
    options.centre === true
      ? undefined
      : (readNumber('shrinkage', options.shrinkage, { from: 0, to: 1 }) ?? SHRINKAGE);
  const fitted = await fitStored({ catalogue, space, tracks: FITTED_TRACKS, shrinkage, signal });
  output.note(`The transform is fitted to ${fitted.clips} clips of ${fitted.tracks} tracks.`);
  const curve = await fitCurve(invocation, space, fitted.transform);
  const calibration = curve?.calibration ?? space.model.calibration;
  if (!curve)
    output.note(
      `Fewer than ${MIN_TRACKS} tracks could be opened, so the score curve stays as it was: scores of the new space may be off.`,
    );
  const model = modelVariant(space.loaded, { transform: fitted.transform, calibration });
  const facts = {
    clips: fitted.clips,
    tracks: fitted.tracks,
    shrinkage: shrinkage ?? null,
    calibration,
    seen: curve?.seen ?? null,
  };
  if (options.write === true) {
    output.note(JSON.stringify(facts));
    const [hopSamples, own] = [hopOf(live), coverageOf(live)];
    return createWith(invocation, { model, hopSamples, coverage: own, work: true });
  }
  output.document({ model: live.model, ...facts });
  output.print(`${live.model}: ${JSON.stringify(facts, null, 2)}`);
  output.note('Nothing was written; --write builds the space that this makes, from stored vectors.');
  return 0;
};

/** Own tracks as the store has them, asked for by excerpts that are heard anew; undefined where too few can be opened. */
const fitCurve = async (
  { context, output, signal }: Invocation,
  space: OpenSpace,
  transform: SpaceTransform,
): Promise<Calibrated | undefined> => {
  const { config } = context;
  const catalogue = await context.catalogue();
  const drawn = await sampleTracks(catalogue, space.store.space, CURVE_TRACKS);
  const tracks = await catalogue.getTracks(drawn.map(({ trackId }) => trackId));
  const stored = await space.store.clipsOf([...tracks.keys()]);
  const [roots, ffmpeg] = await Promise.all([readRoots(catalogue, config.roots), context.ffmpeg()]);
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-calibrate-'));
  const heard: Heard[] = [];
  let embedder: Embedder | undefined;
  try {
    for (const [index, track] of [...tracks.values()].entries()) {
      signal.throwIfAborted();
      try {
        const audio = await openAudio({
          location: track.location,
          roots,
          policy: fetchPolicyOf(config),
          temporaryFolder: join(config.home, 'temporary'),
          signal,
        });
        try {
          embedder ??= await openEmbedder({ config, model: space.loaded, purpose: 'query' });
          const { durationSeconds } = track;
          const hearing = { path: audio.path, index, durationSeconds, folder, embedder, ffmpeg, signal };
          const excerpt = await naming(audio, () => hearExcerpt(hearing));
          const clips = (stored.get(track.id)?.clips ?? []).map((clip) => ({
            startMs: clip.startMs,
            raw: fromSpace(clip, space.model.transform),
          }));
          if (clips.length > 0) heard.push({ clips, excerpt });
        } finally {
          await audio.dispose();
        }
      } catch (error) {
        // A track that is not there any more says nothing; a network that cannot run ends the command.
        if (!isSoundalikeError(error) || !error.policy.countsAttempt) throw error;
        output.note(error.message);
      }
    }
  } finally {
    await embedder?.close();
    await rm(folder, { recursive: true, force: true });
  }
  return heard.length < MIN_TRACKS ? undefined : fitCalibration(heard, transform);
};
