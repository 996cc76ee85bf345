import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { cli, SAMPLES, startCli, waitUntil } from '../../server-path.fixture.ts';

const folder = temporaryFolder('bench-verb');
const music = join(folder, 'music');
const home = join(folder, 'home');
let temporary: string;
let env: Record<string, string>;
const ARTISTS = ['Basswerk 9', 'Hollow Anvil', 'Marrow & Reed', 'Saint Odile Voices'];

beforeAll(() => {
  for (const artist of ARTISTS) {
    const from = join(SAMPLES, 'catalogue', artist);
    for (const file of readdirSync(from).sort().slice(0, 3)) {
      const target = join(music, artist, file);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(from, file), target);
    }
  }
});

beforeEach(() => {
  temporary = temporaryFolder('bench-verb-temporary');
  env = { SOUNDALIKE_HOME: home, TMPDIR: temporary, EMBED_PROCESSES: '1' };
});

test('Ctrl-C ends it with 130 and removes its catalogue', async () => {
  const run = startCli(['bench', '--quality', music], env);
  const isAtWork = () =>
    readdirSync(temporary).some((name) => existsSync(join(temporary, name, 'catalogue.db')));
  await waitUntil('its catalogue', isAtWork, 60_000, run.words);
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(130);
  expect(run.words()).toContain('nothing is kept');
  expect(readdirSync(temporary)).toEqual([]);
}, 400_000);

test('what cannot be measured is refused with the reason and the way out', async () => {
  const refusal = async (...argv: string[]) => {
    const { code, document } = await cli(['bench', ...argv], env);
    expect(code).toBe(4);
    return `${document.error.code}: ${document.error.message}`;
  };
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  const few = join(music, ARTISTS[0] as string);
  expect(await refusal()).toMatch(/INPUT_INVALID: .*--quality <folder>/);
  expect(await refusal('--quality', join(folder, 'nowhere'))).toMatch(/SOURCE_NOT_FOUND: .*nowhere/);
  expect(await refusal('--quality', join(SAMPLES, 'manifest.csv'))).toMatch(/manifest\.csv is no folder/);
  expect(await refusal('--quality', empty)).toMatch(/no audio file; at least 10/);
  expect(await refusal('--quality', few)).toMatch(/3 audio files; at least 10/);
  expect(await refusal('--quality', music, '--seconds', '2')).toMatch(/--seconds .* from 3 to 30, got "2"/);
  expect(await refusal('--quality', music, '--tracks', 'all')).toMatch(/--tracks .*, got "all"/);
  expect(readdirSync(temporary)).toEqual([]);
}, 400_000);
