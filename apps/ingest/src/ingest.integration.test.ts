import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { createIngestBench, type EmptyIngest, type IngestBench } from './ingest.fixture.ts';

const SAMPLES = join(__dirname, '../../../samples');

let bench: IngestBench;
let here: EmptyIngest;

jest.setTimeout(60_000);
beforeAll(async () => {
  bench = await createIngestBench();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  here = await bench.empty();
});
afterEach(() => here.catalogue.close());

const ingest = (
  argument: string,
  extra: { force?: boolean; signal?: AbortSignal; allow?: string[] } = {},
) => {
  const { allow = [], ...options } = extra;
  return here.ingest(argument, {
    ...options,
    deps: { fetchPolicy: { allow, maxBytes: 1e8, timeoutMs: 10_000 } },
  });
};

const tone = (path: string, frequency: number, seconds = 4, ...args: string[]) =>
  bench.tone(path, frequency, seconds, ...args);

describe('ingesting a folder', () => {
  test('bad files never stop the rest, each with its code; a second run changes nothing', async () => {
    const folder = temporaryFolder('music');
    mkdirSync(join(folder, 'Ärtist/北の窓'), { recursive: true });
    tone(join(folder, 'Ärtist/北の窓/雪 の 駅.mp3'), 440);
    tone(join(folder, 'b.flac'), 550, 4, '-metadata', 'title=Bee', '-metadata', 'artist=Hum');
    copyFileSync(join(folder, 'b.flac'), join(folder, 'copy of b.flac'));
    writeFileSync(join(folder, 'empty.mp3'), '');
    writeFileSync(join(folder, 'text.mp3'), 'this is no music\n'.repeat(300));
    tone(join(folder, 'short.wav'), 440, 0.3);
    execFileSync(bench.ffmpeg, [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'anullsrc',
      '-t',
      '4',
      join(folder, 'silent.wav'),
    ]);
    execFileSync(bench.ffmpeg, [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc=duration=3:size=64x64',
      '-an',
      join(folder, 'video.mp4'),
    ]);
    mkdirSync(join(folder, 'folder.mp3'));
    symlinkSync(folder, join(folder, 'loop'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling.mp3'));
    writeFileSync(join(folder, 'notes.doc'), 'x');

    const report = await ingest(folder);
    expect(report).toMatchObject({ indexed: 2, duplicate: 1, failed: 6, gone: 0, pending: 0 });
    expect(Object.fromEntries(report.failures.map(({ code, count }) => [code, count]))).toEqual({
      SOURCE_EMPTY: 1,
      AUDIO_UNDECODABLE: 1,
      AUDIO_TOO_SHORT: 1,
      AUDIO_SILENT: 1,
      NO_AUDIO_STREAM: 1,
      SOURCE_NOT_FOUND: 1,
    });
    expect(await here.store.counts()).toEqual({ tracks: 2, clips: 4 });
    const bee = (await here.catalogue.listTracks({ query: 'bee', limit: 5 }))[0];
    expect(bee).toMatchObject({ title: 'Bee', artist: 'Hum', clipCount: 2 });
    expect(await here.catalogue.locationsOf(bee?.id ?? '')).toHaveLength(2);
    expect((await here.catalogue.listTracks({ query: '雪', limit: 5 }))[0]?.title).toBe('雪 の 駅');

    const again = await ingest(folder);
    expect(again).toMatchObject({ indexed: 0, duplicate: 0, unchanged: 3, failed: 6, audioSeconds: 0 });
  }, 120_000);

  test('renamed and retagged files embed nothing again; removed ones are gone; changed ones replace their track', async () => {
    const folder = temporaryFolder('moves');
    const path = tone(join(folder, 'a.mp3'), 440);
    tone(join(folder, 'b.mp3'), 660);
    await ingest(folder);
    renameSync(path, join(folder, 'renamed.mp3'));
    expect(await ingest(folder)).toMatchObject({ indexed: 1, unchanged: 1, gone: 1, audioSeconds: 0 });
    execFileSync(bench.ffmpeg, [
      '-v',
      'error',
      '-i',
      join(folder, 'renamed.mp3'),
      '-c',
      'copy',
      '-metadata',
      'title=New',
      join(folder, 'tagged.mp3'),
    ]);
    renameSync(join(folder, 'tagged.mp3'), join(folder, 'renamed.mp3'));
    expect(await ingest(folder)).toMatchObject({ indexed: 1, audioSeconds: 0 });
    expect((await here.catalogue.listTracks({ query: 'new', limit: 2 }))[0]?.title).toBe('New');
    rmSync(join(folder, 'b.mp3'));
    tone(join(folder, 'b.mp3'), 880, 6);
    expect(await ingest(folder)).toMatchObject({ indexed: 1, unchanged: 1 });
    expect(await here.store.counts()).toEqual({ tracks: 2, clips: 5 });
  }, 120_000);
});

describe('ingesting a manifest', () => {
  test('own ids, metadata and attributes; bad rows are counted and the rest goes on', async () => {
    const folder = temporaryFolder('manifest');
    tone(join(folder, 'a.mp3'), 440);
    tone(join(folder, 'b.mp3'), 550);
    const manifest = join(folder, 'm.csv');
    writeFileSync(
      manifest,
      '\ufeffID,Path,Title,Artist,Tags,Year,Mood\nX-1,a.mp3,"Comma, Title",Ann,calm;live,1999,blue\nX-2,a.mp3,Other id,Bob,,,\nX-3,b.mp3,,,,abc,\n,,no path,,,,\nX-4,missing.mp3,,,,,\nX-1,b.mp3,Stolen id,,,,\n',
    );
    const report = await ingest(manifest);
    expect(report).toMatchObject({ indexed: 2, failed: 4 });
    expect(Object.fromEntries(report.failures.map(({ code, count }) => [code, count]))).toEqual({
      MANIFEST_INVALID: 3,
      SOURCE_NOT_FOUND: 1,
    });
    expect(await here.catalogue.findTrack('X-1')).toMatchObject({
      title: 'Comma, Title',
      artist: 'Ann',
      tags: ['calm', 'live'],
      year: 1999,
      attributes: { mood: 'blue' },
    });
    expect((await here.catalogue.findTrack('X-2'))?.contentId).toBe(
      (await here.catalogue.findTrack('X-1'))?.contentId,
    );
    expect(await here.store.counts()).toEqual({ tracks: 2, clips: 4 });

    writeFileSync(manifest, 'id,path,title,artist\nX-1,a.mp3,Renamed,Ann\nX-2,a.mp3,Other id,Bob\n');
    expect(await ingest(manifest)).toMatchObject({ indexed: 0, unchanged: 2, audioSeconds: 0 });
    expect((await here.catalogue.findTrack('X-1'))?.title).toBe('Renamed');
  }, 120_000);

  test('JSONL rows and a list of links from a local server', async () => {
    const folder = temporaryFolder('links');
    const bytes = readFileSync(tone(join(folder, 'a.mp3'), 440));
    const server: Server = createServer((request, response) =>
      request.url === '/a.mp3' ? response.end(bytes) : response.writeHead(404).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(
      join(folder, 'list.txt'),
      `# links\n${base}/a.mp3\n${base}/none.mp3\nhttp://10.0.0.1/x.mp3\n`,
    );
    const report = await ingest(join(folder, 'list.txt'), { allow: ['127.0.0.1'] });
    expect(report).toMatchObject({ indexed: 1, failed: 2 });
    expect(report.failures.map(({ code }) => code).sort()).toEqual(['SOURCE_FORBIDDEN', 'SOURCE_NOT_FOUND']);
    writeFileSync(
      join(folder, 'm.jsonl'),
      `{"id":"J1","url":"${base}/a.mp3","title":"Jay","tags":["x"],"bpm":120}\n[1]\n{"id":"J2"\n`,
    );
    expect(await ingest(join(folder, 'm.jsonl'), { allow: ['127.0.0.1'] })).toMatchObject({
      indexed: 1,
      failed: 2,
    });
    expect(await here.catalogue.findTrack('J1')).toMatchObject({ title: 'Jay', attributes: { bpm: 120 } });
    server.close();
  }, 120_000);
});

describe('stopping', () => {
  test('an aborted run hands its items back and the same command goes on', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 1500);
    const first = await ingest(join(SAMPLES, 'catalogue'), { signal: stop.signal });
    expect(first.pending).toBeGreaterThan(0);
    expect((await here.catalogue.stateCounts()).active).toBe(0);
    const second = await ingest(join(SAMPLES, 'catalogue'));
    expect(second).toMatchObject({ pending: 0, failed: 0 });
    expect(first.indexed + second.indexed).toBe(98);
    expect(second.unchanged).toBe(first.indexed);
  }, 300_000);
});

test('an unreadable folder makes nothing look gone', async () => {
  const folder = temporaryFolder('locked');
  mkdirSync(join(folder, 'sub'));
  tone(join(folder, 'sub/a.mp3'), 440);
  await ingest(folder);
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'sub'), 0o000);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534); // root reads everything
  const report = await ingest(folder).finally(() => isRoot && process.seteuid?.(0));
  expect(report).toMatchObject({ gone: 0, failed: 1 });
  expect(report.failures).toMatchObject([{ code: 'SOURCE_FORBIDDEN' }]);
});
