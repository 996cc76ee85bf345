import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { TRACKS } from './server.fixture.ts';
import { cli, SAMPLES, startCli } from './server-path.fixture.ts';

const home = temporaryFolder('similar');
const music = join(home, 'music');
const env: Record<string, string> = { SOUNDALIKE_HOME: home, MODEL: 'untrained', EMBED_PROCESSES: '1' };
const sampleOf = (at: number) => join(music, TRACKS[at]?.[1] ?? '');

/** Own ids of an answer, best first. */
const idsOf = ({ results }: { results: { externalId: string }[] }) =>
  results.map(({ externalId }) => externalId);

beforeAll(async () => {
  mkdirSync(music);
  for (const [, path] of TRACKS)
    cpSync(join(SAMPLES, 'catalogue', path), join(music, path), { recursive: true });
  const manifest = join(music, 'manifest.csv');
  const head = 'id,path,title,artist,genre,tags,year';
  writeFileSync(manifest, [head, ...TRACKS.map((row) => row.join(','))].join('\n'));
  expect((await cli(['ingest', manifest], env)).document).toMatchObject({ indexed: TRACKS.length });
}, 120_000);

test('several seeds, some pushed away, and what a request over HTTP can ask besides', async () => {
  const every = await cli(['similar', sampleOf(0), '--all', '--explain'], env);
  expect(every.code).toBe(0);
  expect(idsOf(every.document)[0]).toBe('T-1');
  expect(every.document.results[0]).toMatchObject({ verdict: 'same-recording', explain: [{ weight: 1 }] });

  const pushed = ['similar', sampleOf(0), '--more-like', 'T-3', '--less-like', 'T-2', '--all', '--explain'];
  const { document } = await cli(pushed, env);
  expect(document.query).toHaveLength(3);
  expect(document.results[0].explain.map(({ weight }: { weight: number }) => weight)).toEqual([1, 1, -1]);

  const others = await cli(
    ['similar', sampleOf(0), '--exclude-artist', '--mode', 'sounds-like', '--all'],
    env,
  );
  expect(idsOf(others.document)).toHaveLength(3);
  expect(idsOf(others.document)).toEqual(expect.not.arrayContaining(['T-1', 'T-2']));
  const capped = await cli(['similar', sampleOf(2), '--artist-cap', '1', '--all'], env);
  expect(idsOf(capped.document)).toHaveLength(4);
}, 120_000);

test('two samples of one name are two seeds', async () => {
  const copy = join(temporaryFolder('twin'), '01 Substation.opus');
  copyFileSync(sampleOf(0), copy);
  const { document } = await cli(['similar', sampleOf(2), '--more-like', copy, '--all'], env);
  expect(document.query).toHaveLength(2);
  expect(idsOf(document).slice(0, 2).sort()).toEqual(['T-1', 'T-3']);
}, 60_000);

test('a playlist names real paths; --explain tells people how the answer came about', async () => {
  const list = startCli(['similar', 'T-3', '--all', '--format', 'm3u8'], env);
  expect(await list.ended).toBe(0);
  expect(list.stdout()).toMatch(/^#EXTM3U\n#EXTINF:/);
  expect(list.stdout()).toContain(`\n${sampleOf(4)}\n`);
  const empty = startCli(['similar', 'T-3', '--filter', 'genre=none', '--format', 'm3u8'], env);
  expect(await empty.ended).toBe(0);
  expect(empty.stdout()).toBe('#EXTM3U\n');
  expect(empty.words()).toMatch(/No track of the catalogue passes the filter/);
  const both = startCli(['similar', 'T-3', '--all', '--format', 'm3u8', '--explain'], env);
  expect(await both.ended).toBe(0);
  expect(both.stdout()).toBe(list.stdout());
  expect(both.words()).toMatch(/Milliseconds: .*retrieve \d+/);
  const told = startCli(['similar', sampleOf(2), '--explain'], env);
  expect(await told.ended).toBe(0);
  expect(told.stdout()).toMatch(/weight 1: cosine [\d.]+, \d+ clips agree at an offset of -?\d+\.\d\d s/);
  expect(told.stdout()).toMatch(/Of 5 tracks \d were compared[\s\S]*Milliseconds: .*retrieve \d+/);
}, 60_000);

test.each([
  [['ftp://example.org/a.mp3'], 'INPUT_INVALID', /links with ftp:\/\/ are not supported/],
  [['nothing-of-that-name'], 'SOURCE_NOT_FOUND', /neither a file, nor a link, nor the id of a track/],
  [[music], 'INPUT_INVALID', /is a folder/],
  [['T-1', '--less-like', 'nope'], 'SOURCE_NOT_FOUND', /"nope" is neither/],
  [['T-1', '--mode', 'louder'], 'INPUT_INVALID', /mode/],
  [
    ['T-1', '--artist-cap', 'many'],
    'INPUT_INVALID',
    /--artist-cap must be a whole number from 1 up, got "many"/,
  ],
  [['T-1', '--format', 'pdf'], 'INPUT_INVALID', /--format must be m3u8, csv, json, got "pdf"/],
])('similar %j is refused with %s', async (argv, code, words) => {
  const { document } = await cli(['similar', ...argv], env);
  expect(document.error.code).toBe(code);
  expect(document.error.message).toMatch(words);
});
