import { join } from 'node:path';
import type { Track } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { createProgress, type IngestReport, runIngest } from '@soundalike/ingest';
import {
  comparedTable,
  createSearch,
  evenly,
  explainQuality,
  hubnessTable,
  identifiedTable,
  identifyAll,
  labelTracks,
  type QualityResult,
  type Subject,
} from '@soundalike/query';
import { contentIdOf, probeAudio } from '@soundalike/source';
import type { Context } from '../../context.ts';
import { noteUntrained } from '../../note-untrained.ts';
import { openWork } from '../../open-work.ts';
import type { Output } from '../../output.ts';
import { searchDeps } from '../../search-deps.ts';
import type { Invocation } from '../../verb.ts';
import { type ChosenFiles, chooseFiles, MIN_TRACKS, resolveFolder } from './choose-files.ts';
import { compareControls } from './compare-controls.ts';
import { formatTable } from './format-table.ts';
import { createStatusLine } from './status-line.ts';
import { withTemporaryHome } from './with-temporary-home.ts';

/** An excerpt at 2 % more speed takes that much more of the track; as `identify` reckons. */
const SPEED_ROOM = 1.03;

/** The name of the folder among the roots. */
const ROOT = 'bench';

export interface BenchQualityOptions {
  readonly folder: string;
  /** Files taken at most. */
  readonly tracks: number;
  /** Tracks asked for. */
  readonly queries: number;
  /** Of the excerpts, seconds; the first is the one that false accepts are counted with. */
  readonly lengths: readonly number[];
  readonly model: string | undefined;
}

/** `bench --quality`: ingests a part of the folder into a catalogue of its own, asks it and says what came out. */
export const benchQuality = async (invocation: Invocation, options: BenchQualityOptions): Promise<number> => {
  const { context, output, signal } = invocation;
  const began = Date.now();
  const folder = await resolveFolder(options.folder);
  const changes = { model: options.model, roots: { [ROOT]: folder } };
  const home = { config: context.config, changes, isTerminal: output.isTerminal };
  try {
    const result = await withTemporaryHome(home, (own) =>
      measure(own, { ...options, folder }, output, signal),
    );
    const wallSeconds = Math.round((Date.now() - began) / 1000);
    const words = explainQuality(result);
    output.document({ ...result, wallSeconds, words });
    output.print(formatResult(result, words));
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    output.note('Stopped; nothing is kept.');
    return 130;
  }
};

const measure = async (
  context: Context,
  options: BenchQualityOptions,
  output: Output,
  signal: AbortSignal,
): Promise<QualityResult & { folder: string; found: number; ingested: IngestReport }> => {
  const { folder, lengths } = options;
  const catalogue = await context.catalogue();
  const files = await chooseFiles({ ...options, catalogue, roots: context.config.roots, signal });
  const { deps, queue, concurrency, release } = await openWork(context, {
    allowVolatileQueue: false,
    output,
    signal,
  });
  noteUntrained(deps.embedder.model, output);
  const progress = createProgress({
    isTerminal: output.isTerminal,
    write: (line) => output.note(line),
    draw: (text) => output.draw(text),
    columns: () => process.stderr.columns,
  });
  const ingested = await runIngest({
    source: files.source,
    deps,
    queue,
    concurrency,
    signal,
    catalogueName: context.config.catalogue,
    onFound: progress.found,
    onProgress: progress.update,
  }).finally(async () => {
    progress.stop();
    await release();
  });
  signal.throwIfAborted();
  const least = Math.max(...lengths) * SPEED_ROOM;
  const tracks = await usableTracks(context, { folder, least, ingested });
  const labels = labelTracks(tracks.map((track) => ({ ...track, path: track.location.path })));
  const workOf = new Map(tracks.map(({ id }, index) => [id, labels.labels[index]?.work ?? id]));
  const pathOf = (track: Track) => join(folder, track.location.path);
  const ffmpeg = await context.ffmpeg();
  const status = createStatusLine(output);
  try {
    const [aimSeconds = 0] = lengths;
    let [asked, length, excerpts] = [0, 0, 0];
    const identified = await identifyAll({
      search: createSearch(await searchDeps(context, { readOnly: false })),
      ffmpeg,
      own: evenly(tracks, options.queries).map((track) => ({
        trackId: track.id,
        path: pathOf(track),
        durationSeconds: track.durationSeconds,
        work: workOf.get(track.id) ?? track.id,
      })),
      strangers: await strangersOf(context, { files, folder, least, signal }),
      lengths,
      aimSeconds,
      workOf: (trackId) => workOf.get(trackId),
      signal,
      onLength: (seconds, count) => {
        [asked, length, excerpts] = [0, seconds, count];
      },
      onAnswer: () => status.show(`Asking with excerpts of ${length} s: ${++asked}/${excerpts}`),
    });
    const compared = await compareControls({
      tracks,
      pathOf,
      labels: labels.labels,
      embedder: deps.embedder,
      processes: context.config.embedProcesses || undefined,
      ffmpeg,
      onTrack: (done) => status.show(`Comparing with the controls: ${done}/${tracks.length} tracks`),
      signal,
    });
    const { name, space, precision } = deps.embedder.model;
    return {
      model: name,
      space,
      precision,
      folder,
      found: files.found,
      tracks: tracks.length,
      ingested,
      identified,
      labels: { artists: labels.artists, styles: labels.styles },
      ...compared,
    };
  } finally {
    status.stop();
  }
};

/** The tracks that every excerpt can be cut from. @throws SoundalikeError `INPUT_INVALID` where they are too few, with what became of the rest */
const usableTracks = async (
  context: Context,
  { folder, least, ingested }: { folder: string; least: number; ingested: IngestReport },
): Promise<Track[]> => {
  const catalogue = await context.catalogue();
  const tracks: Track[] = [];
  for (let after: string | undefined; ; ) {
    const page = await catalogue.listTracks({ limit: 500, ...(after === undefined ? {} : { after }) });
    tracks.push(...page);
    after = page.at(-1)?.id;
    if (after === undefined) break;
  }
  const usable = tracks.filter(({ durationSeconds }) => durationSeconds >= least);
  if (usable.length >= MIN_TRACKS) return usable;
  const rest = [
    ...(tracks.length > usable.length
      ? [`${tracks.length - usable.length} are shorter than ${least.toFixed(1)} s`]
      : []),
    ...(ingested.duplicate > 0 ? [`${ingested.duplicate} hold the same audio as another`] : []),
    ...ingested.failures.map(
      ({ code, count, examples }) => `${count} failed with ${code} (${examples.join(', ')})`,
    ),
  ];
  throw new SoundalikeError(
    'INPUT_INVALID',
    `${folder}: ${usable.length} tracks can be measured with, at least ${MIN_TRACKS} are needed; ${rest.join('; ')}. Name a folder with more or longer music, or shorter excerpts with --seconds.`,
  );
};

/** What was kept out; without those whose very audio is in the catalogue under another name, and those that cannot be used. */
const strangersOf = async (
  context: Context,
  options: { files: ChosenFiles; folder: string; least: number; signal: AbortSignal },
): Promise<Subject[]> => {
  const { files, folder, least, signal } = options;
  const [catalogue, ffmpeg, { info }] = await Promise.all([
    context.catalogue(),
    context.ffmpeg(),
    context.model(),
  ]);
  const subjects: Subject[] = [];
  for (const place of files.strangers) {
    const path = join(folder, place);
    const isKnown = async () =>
      (await catalogue.findTrackByContent(await contentIdOf({ path, ffmpeg, signal }), info.space)) !==
      undefined;
    const seconds = await probeAudio({ path, ffmpeg, signal }).then(
      async ({ durationSeconds }) => ((await isKnown()) ? null : durationSeconds),
      // Broken files among those ingested are in the report; one more tells nothing.
      () => null,
    );
    if (seconds !== null && seconds >= least)
      subjects.push({ trackId: null, path, durationSeconds: seconds, work: path });
  }
  signal.throwIfAborted();
  return subjects;
};

const formatResult = (
  result: QualityResult & { folder: string; found: number },
  words: readonly string[],
): string =>
  [
    `${result.model} (${result.precision}, space ${result.space}) on ${result.tracks} tracks of ${result.found} in ${result.folder}`,
    'In square brackets: 95 % bootstrap intervals over queries.',
    '',
    'A. The same recording, from a spoilt excerpt, through the whole search',
    formatTable(identifiedTable(result.identified.rows)),
    '',
    'B. Music that is alike; behind by: the R@1 of the row that is named minus this one, paired by query',
    formatTable(comparedTable(result.compared)),
    '',
    'C. Health of the space',
    formatTable(hubnessTable(result.health)),
    '',
    'What this says',
    ...words.map((sentence) => `- ${sentence}`),
  ].join('\n');
