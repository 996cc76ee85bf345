import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { cli, SAMPLES, sickFfmpeg, startCli } from './server-path.fixture.ts';

const home = temporaryFolder('poison');
const music = join(home, 'music');
const env: Record<string, string> = { SOUNDALIKE_HOME: home, MODEL: 'untrained', EMBED_PROCESSES: '1' };

beforeAll(async () => {
  mkdirSync(music);
  const artist = join(SAMPLES, 'catalogue/Clavier Hallam');
  const [first = '', second = ''] = readdirSync(artist);
  copyFileSync(join(artist, first), join(music, 'good.opus'));
  copyFileSync(join(artist, second), join(music, 'poison.opus'));
  // As a decoder's bug would: one file takes ffmpeg down, with words on its stderr.
  env.FFMPEG_PATH = await sickFfmpeg(
    home,
    '*poison.opus*f32le*) echo "a frame that kills" >&2; kill -9 $$ ;;',
  );
});

test('a file that kills its decoder three times fails, the rest goes on, and queue why tells the story', async () => {
  const { code, document } = await cli(['ingest', music], env);
  expect(code).toBe(3);
  expect(document).toMatchObject({
    indexed: 1,
    failed: 1,
    failures: [{ code: 'DECODER_CRASHED', count: 1, examples: [expect.stringMatching(/poison\.opus$/)] }],
  });
  const [item] = (await cli(['queue', 'failures'], env)).document.items;
  // By number, by root and path, and as the shell names the file.
  for (const name of [`${item.id}`, `${item.root}/${item.path}`, join(music, 'poison.opus')]) {
    const { story, ...rest } = (await cli(['queue', 'why', name], env)).document;
    expect(rest).toMatchObject({ id: item.id, state: 'failed', errorCode: 'DECODER_CRASHED', attempts: 3 });
    expect(story).toMatchObject(
      ['again', 'again', 'failed'].map((outcome, i) => ({
        number: i + 1,
        outcome,
        stage: 'decode',
        code: 'DECODER_CRASHED',
        worker: expect.stringMatching(/:\d+$/),
      })),
    );
  }
  const told = startCli(['queue', 'why', `${item.id}`], env);
  expect(await told.ended).toBe(0);
  expect(told.stdout()).toMatch(/attempt 3: failed after [\d.]+ s on \S+:\d+/);
  expect(told.stdout()).toMatch(/in decode, DECODER_CRASHED: ffmpeg ended by SIGKILL/);
  expect((await cli(['queue', 'why', 'nothing'], env)).document.error.code).toBe('ITEM_NOT_FOUND');
}, 120_000);

test('queue retry gives it three attempts more; the good file is left alone', async () => {
  expect((await cli(['queue', 'retry', '--code', 'DECODER_CRASHED'], env)).document).toEqual({
    queued: 1,
    rowsLeft: 0,
  });
  const { document } = await cli(['ingest', music], env);
  expect(document).toMatchObject({ indexed: 0, unchanged: 1, failed: 1, audioSeconds: 0 });
  const [item] = (await cli(['queue', 'failures'], env)).document.items;
  expect((await cli(['queue', 'why', `${item.id}`], env)).document.story).toHaveLength(6);
}, 120_000);

test('queue retry takes one item by the name that the shell has for it, and knows what it does not know', async () => {
  const retry = (item: string) => cli(['queue', 'retry', '--item', item], env);
  expect((await retry(join(music, 'poison.opus'))).document).toEqual({ queued: 1, rowsLeft: 0 });
  for (const unknown of ['nothing', '999999999']) {
    const { code, document } = await retry(unknown);
    expect({ code, error: document.error.code }).toEqual({ code: 4, error: 'ITEM_NOT_FOUND' });
  }
}, 60_000);

test('queue says what it cannot do: no such run, an option of another action, nothing to drain', async () => {
  const refusal = async (...words: string[]) => (await cli(['queue', ...words], env)).document.error;
  expect(await refusal('failures', '--run', '99')).toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: 'There is no run 99',
  });
  expect((await refusal('retry', '--run', '99')).code).toBe('RUN_NOT_FOUND');
  const { code, message } = await refusal('failures', '--item', '1');
  expect({ code, message }).toEqual({
    code: 'INPUT_INVALID',
    message: expect.stringMatching(/^queue failures takes no --item\. .*queue why/),
  });
  expect((await refusal('status', '--code', 'TIMEOUT')).code).toBe('INPUT_INVALID');
  const drained = startCli(['queue', 'drain'], env);
  expect(await drained.ended).toBe(0);
  expect(drained.stdout()).toMatch(/^Nothing to drain: the database itself is the queue/);
  const selected = startCli(['ingest', music, '--select', 'artist=Nobody'], env);
  await selected.ended;
  expect(selected.stdout()).toMatch(/Nothing of the source matches --select artist=Nobody/);
}, 60_000);

test('a name that terminals would obey is shown, in one line; exports and documents have it as it is', async () => {
  const folder = join(home, 'odd');
  mkdirSync(folder);
  const name = 'esc\u001b[31m\u001b]0;pwn\u0007\n  7  music\u202e.mp3';
  const shown = 'esc\\x1b[31m\\x1b]0;pwn\\x07\\x0a  7  music\\u202e.mp3';
  writeFileSync(join(folder, name), 'junk');
  const told = async (...argv: string[]) => {
    const run = startCli(argv, env);
    await run.ended;
    return run.stdout();
  };
  const texts = [
    await told('ingest', folder, '--dry-run'),
    await told('ingest', folder),
    await told('queue', 'failures', '--source', folder),
    await told('queue', 'why', join(folder, name)),
  ];
  for (const text of texts) {
    expect(text).toContain(shown);
    expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(text).not.toMatch(/^ {2}7 {2}music/m);
  }
  const row = JSON.parse(await told('queue', 'failures', '--source', folder, '--format', 'jsonl', '--json'));
  expect(row.location.endsWith(`/${name}`)).toBe(true);
}, 60_000);

test('a bucket is read without a word of the SDK about Node', async () => {
  const run = startCli(['ingest', 's3://nowhere/', '--dry-run', '--json'], {
    ...env,
    S3_ENDPOINT: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  });
  expect(await run.ended).not.toBe(0);
  expect(JSON.parse(run.stdout()).error.code).toBe('SOURCE_FETCH_FAILED');
  expect(run.words()).not.toMatch(/Warning|AWS SDK/);
}, 60_000);

test('a row of a manifest that cannot be used is not tried again; what was wrong with it stays', async () => {
  const manifest = join(music, 'rows.csv');
  writeFileSync(manifest, 'id,path,year\nROW-1,,2001\n');
  await cli(['ingest', manifest], env);
  expect((await cli(['queue', 'retry', '--code', 'MANIFEST_INVALID'], env)).document).toEqual({
    queued: 0,
    rowsLeft: 1,
  });
  const { items } = (await cli(['queue', 'failures', '--code', 'MANIFEST_INVALID'], env)).document;
  expect(items).toMatchObject([
    { errorMessage: 'rows.csv, row 1 (id ROW-1) has none of "path", "file" and "url"' },
  ]);
}, 60_000);
