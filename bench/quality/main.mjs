/**
 * How good the search is, on music that took no part in training: composed and rendered for this bench with the SoundFont and seeds that
 * samples/RESERVED.md reserves.
 *
 *   npm run bench:quality -- [--model NAME] [--cache DIR] [--artists 90] [--strangers 120] [--distractors 2000] [--queries 120] [--only A,B,C] [--resume] [--write]
 *
 * (A) the same recording found again from spoilt excerpts, through the product's own search; (B) music that is alike, by embedding, with
 * controls; (C) the health of the space. --write puts docs/quality.md, docs/quality/*.svg and the model's `quality` in its manifest. What was
 * rendered, ingested and embedded is kept in the cache; new weights make their own. --only measures some of the tables; the others are those of the
 * last run, which must be of the same space. --resume takes the tables that a stopped run of the same space has measured as they are.
 */
import { mkdirSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadModel, meanVector } from '@soundalike/embedder';
import {
  compareEmbeddings,
  evenly,
  growCatalogue,
  identifyAll,
  measureHubness,
  seededRandom,
  withControls,
} from '@soundalike/query';
import { findFfmpeg } from '@soundalike/source';
import { openSearch } from './catalogue.mjs';
import { embedFiles, embedRaw, mfccAtOneLevelOf, mfccOf } from './embeddings.mjs';
import { stability } from './health.mjs';
import { readMusic } from './music.mjs';
import { writeReport } from './report.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    cache: {
      type: 'string',
      default: join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'soundalike-quality'),
    },
    artists: { type: 'string', default: '90' },
    strangers: { type: 'string', default: '120' },
    distractors: { type: 'string', default: '2000' },
    queries: { type: 'string', default: '120' },
    only: { type: 'string', default: 'A,B,C' },
    resume: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

/** Lengths of excerpts, seconds: the aim is stated for 6. */
const LENGTHS = [3, 5, 6, 10];
const AIM_SECONDS = 6;

/** Tables of the page; those that are not measured are those of the last run. */
const PARTS = ['A', 'B', 'C'];
const parts = values.only.split(',');

const main = async () => {
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new Error(`--only takes ${PARTS.join(', ')}, not ${unknown}`);
  const cache = values.cache;
  mkdirSync(cache, { recursive: true });
  const ffmpeg = await findFfmpeg();
  const { info } = await loadModel({ name: values.model });
  const kept = await lastRun(info);
  const measured = keptTables(join(cache, 'measured'), info);
  note('rendering what is missing');
  const music = readMusic(join(cache, 'music'), values);
  const own = music.filter(({ path }) => path.startsWith('catalogue/'));
  const strangers = music.filter(({ path }) => path.startsWith('strangers/'));
  const distractors = music.filter(({ path }) => path.startsWith('distractors/'));
  const material = { own, strangers, distractors, judged: [...own, ...strangers], ffmpeg, cache };
  const result = {
    ...kept,
    model: info.name,
    space: info.space,
    precision: info.precision,
    catalogue: own.length + distractors.length,
    distractors: distractors.length,
    judged: material.judged.length,
    ...(await measured('A', async () => ({ identified: await tableA(material) }))),
    ...(await measured('B', async () => ({ compared: await tableB(material, info) }))),
    ...(await measured('C', () => tableC(material))),
    calibration: info.calibration,
  };
  const report = await writeReport(result, values.write ? ROOT : undefined);
  console.log(report);
  if (values.write) await keepQuality(result);
};

/** What is kept of the last run where only a part is measured; another space's would not belong to it. */
const lastRun = async ({ space }) => {
  if (PARTS.every((part) => parts.includes(part))) return {};
  const last = JSON.parse(await readFile(join(ROOT, 'docs/quality/quality.json'), 'utf8'));
  if (last.space !== space)
    throw new Error(`The last run was of space ${last.space}, not ${space}: measure all parts`);
  return last;
};

/** Measures a table that is wanted and keeps it at once: the three take the better part of an hour, and a run may be stopped. */
const keptTables =
  (folder, { space, precision }) =>
  async (part, measure) => {
    if (!parts.includes(part)) return {};
    const { artists, strangers, distractors, queries } = values;
    const path = join(
      folder,
      `${space}-${precision}-${[artists, strangers, distractors, queries].join('-')}-${part}.json`,
    );
    const kept = values.resume ? await readFile(path, 'utf8').catch(() => undefined) : undefined;
    if (kept !== undefined) return JSON.parse(kept);
    const table = await measure();
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.part`, JSON.stringify(table));
    await rename(`${path}.part`, path);
    return table;
  };

/** The same recording, through the product's own search. */
const tableA = async ({ own, strangers, distractors, ffmpeg, cache }) => {
  note(`ingesting ${own.length + distractors.length} tracks`);
  const opened = await openSearch({ rows: [...own, ...distractors], model: values.model, ffmpeg, cache });
  const byTrack = new Map(own.map((row) => [opened.trackIdOf(row.id), row.work]));
  const subject = (row, trackId) => ({
    trackId,
    path: row.file,
    durationSeconds: row.seconds,
    work: row.work,
  });
  try {
    return await identifyAll({
      search: opened.search,
      ffmpeg,
      own: evenly(own, Number(values.queries)).map((row) => subject(row, opened.trackIdOf(row.id))),
      strangers: strangers.map((row) => subject(row, null)),
      lengths: LENGTHS,
      aimSeconds: AIM_SECONDS,
      workOf: (trackId) => byTrack.get(trackId),
      signal: new AbortController().signal,
      onLength: (seconds, excerpts) => note(`asking with ${excerpts} excerpts of ${seconds} s`),
    });
  } finally {
    await opened.close();
  }
};

/** Music that is alike, by embedding. */
const tableB = async ({ judged, ffmpeg, cache }, { name, transform }) => {
  note('embedding for the comparison');
  const files = judged.map(({ file }) => file);
  const embeddings = withControls({
    name,
    transform,
    raw: await embedRaw({ files, model: values.model, ffmpeg, cache }),
    mfcc: await mfccOf({ files, ffmpeg, cache }),
    mfccAtOneLevel: await mfccAtOneLevelOf({ files, ffmpeg, cache }),
    untrained: await embedFiles({ files, model: 'untrained', ffmpeg, cache }),
  });
  const labels = judged.map(({ work, artist, genre, family, path }) => ({
    work,
    style: genre,
    family,
    ...(path.startsWith('catalogue/') ? { artist } : {}),
  }));
  return compareEmbeddings(embeddings, labels);
};

/** The health of the space. */
const tableC = async ({ own, strangers, distractors, judged, ffmpeg, cache }) => {
  note('the health of the space');
  const files = judged.map(({ file }) => file);
  const ours = await embedFiles({ files, model: values.model, ffmpeg, cache });
  return {
    growth: await grow({ own, strangers, distractors, ours, ffmpeg, cache }),
    health: {
      ...measureHubness(ours.map(meanVector)),
      stability: await stability({ files: files.slice(0, 100), model: values.model, ffmpeg, cache }),
    },
  };
};

/** The best stranger in catalogues of growing size: queries are strangers' and own tracks' windows. */
const grow = async ({ own, strangers, distractors, ours, ffmpeg, cache }) => {
  const extra = await embedFiles({
    files: distractors.map(({ file }) => file),
    model: values.model,
    ffmpeg,
    cache,
  });
  const random = seededRandom(7);
  const all = [
    ...own.map((row, i) => ({ work: row.work, clips: ours[i] })),
    ...extra.map((clips) => ({ clips })),
  ]
    .map((track) => ({ track, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ track }) => track);
  const queries = strangers.map((_, i) => ({
    windows: ours[own.length + i].slice(0, 4),
    own: undefined,
    relatives: new Set(),
  }));
  const sizes = [10, 30, 100, 300, 1000, all.length];
  return growCatalogue(
    queries,
    all.map(({ clips }) => clips),
    sizes.filter((size) => size <= all.length),
  );
};

/** The figures that `model list` shows. */
const keepQuality = async ({ model, identified, compared }) => {
  const path = join(ROOT, 'models', model, 'manifest.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return note(`${model} has no manifest here; its quality is not kept`);
  const manifest = JSON.parse(text);
  const found = (task) =>
    compared.find((row) => row.task === task && row.embedding === model)?.recallAt1.mean ?? Number.NaN;
  const hit = (treatment) =>
    identified.rows.find((row) => row.seconds === AIM_SECONDS && row.treatment === treatment)?.hitAt1.mean;
  manifest.quality = Object.fromEntries(
    Object.entries({
      sameTrackR1: found('same track'),
      sameArtistR1: found('same artist'),
      sameStyleR1: found('same style'),
      hitAt1Mp3: hit('MP3 64 kbit/s'),
      hitAt1Noise20: hit('noise 20 dB'),
    }).map(([name, value]) => [name, Math.round(value * 1000) / 1000]),
  );
  await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
};

const note = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

await main();
