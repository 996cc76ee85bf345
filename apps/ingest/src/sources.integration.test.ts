import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Service, startS3, temporaryFolder } from '@soundalike/testing';
import { createIngestBench, type EmptyIngest, type IngestBench } from './ingest.fixture.ts';

let bench: IngestBench;
let here: EmptyIngest;
let s3: Service;
let client: S3Client;

beforeAll(async () => {
  s3 = await startS3();
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  client = new S3Client({ endpoint: s3.url, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'music' }));
  bench = await createIngestBench({ allow: ['127.0.0.1'], s3: { endpoint: s3.url } });
}, 240_000);
afterAll(async () => {
  await bench?.close();
  client?.destroy();
  await s3?.stop();
});
beforeEach(async () => {
  here = await bench.empty();
});
afterEach(() => here.catalogue.close());

test('truncated and unreadable files have their verdicts, the rest goes on', async () => {
  const folder = temporaryFolder('bad');
  bench.tone(join(folder, 'good.mp3'), 440);
  bench.tone(join(folder, 'half.mp3'), 550, 8);
  truncateSync(join(folder, 'half.mp3'), 40_000);
  bench.tone(join(folder, 'cut.m4a'), 660, 8);
  truncateSync(join(folder, 'cut.m4a'), 10_000);
  bench.tone(join(folder, 'secret.mp3'), 770);
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'secret.mp3'), 0o000);
  const isRoot = process.geteuid?.() === 0;
  const user = process.geteuid?.() ?? 0;
  if (isRoot) process.seteuid?.(65_534); // root reads everything
  const report = await here.ingest(folder).finally(() => isRoot && process.seteuid?.(user));
  expect(report).toMatchObject({ indexed: 2, failed: 2 });
  expect(report.failures.map(({ code }) => code).sort()).toEqual(['AUDIO_UNDECODABLE', 'SOURCE_FORBIDDEN']);
}, 60_000);

test('a dry run tells what a run would do, a pruning run does it and refuses too great a loss', async () => {
  const folder = temporaryFolder('prune');
  mkdirSync(join(folder, 'old'));
  for (const [i, name] of ['a', 'b', 'c', 'd'].entries())
    bench.tone(join(folder, 'old', `${name}.mp3`), 300 + 90 * i);
  expect(await here.compare(folder)).toMatchObject({ entries: 4, new: 4, gone: 0 });
  expect((await here.catalogue.stateCounts()).queued).toBe(0);
  await here.ingest(folder);
  renameSync(join(folder, 'old'), join(folder, 'new'));
  rmSync(join(folder, 'new/a.mp3'));
  bench.tone(join(folder, 'new/e.mp3'), 800);
  expect(await here.compare(folder)).toMatchObject({ new: 1, moved: 3, gone: 1, unchanged: 0 });
  const pruned = await here.ingest(folder, { prune: true });
  expect(pruned).toMatchObject({ indexed: 4, gone: 4, pruned: 1 });
  expect(pruned.audioSeconds).toBeLessThan(4);
  expect(await here.store.counts()).toMatchObject({ tracks: 4 });
  for (const name of ['b', 'c', 'd']) rmSync(join(folder, `new/${name}.mp3`));
  await expect(here.ingest(folder, { prune: true })).rejects.toMatchObject({
    code: 'PRUNE_REFUSED',
    fields: { lost: 3, known: 4 },
  });
  expect(await here.store.counts()).toMatchObject({ tracks: 4 });
  expect(await here.ingest(folder, { prune: true, allowLoss: true })).toMatchObject({ gone: 3, pruned: 3 });
  expect(await here.store.counts()).toMatchObject({ tracks: 1 });
}, 90_000);

test('a manifest names less than before; a selection works on a part only', async () => {
  const folder = temporaryFolder('select');
  for (const [i, name] of ['a', 'b', 'c'].entries())
    bench.tone(
      join(folder, `${name}.mp3`),
      300 + 90 * i,
      3,
      '-metadata',
      `artist=${name === 'a' ? 'Ann' : 'Bob'}`,
    );
  const manifest = join(folder, 'm.csv');
  writeFileSync(manifest, 'id;path;genre\n1;a.mp3;jazz\n2;b.mp3;folk\n3;c.mp3;folk\n');
  expect(await here.ingest(manifest, { select: ['genre=Folk'] })).toMatchObject({ indexed: 2, gone: 0 });
  expect(await here.ingest(manifest)).toMatchObject({ indexed: 1, unchanged: 2 });
  expect(await here.ingest(folder, { select: ['artist=ann'], force: true })).toMatchObject({
    indexed: 1,
    unchanged: 0,
  });
  expect(await here.ingest(folder, { select: ['path=c.mp3'] })).toMatchObject({ unchanged: 1 });
  writeFileSync(manifest, 'id;path;genre\n1;a.mp3;blues\n3;c.mp3;folk\n');
  expect(await here.compare(manifest)).toMatchObject({ metadata: 1, unchanged: 1, gone: 1 });
  expect(await here.ingest(manifest, { prune: true })).toMatchObject({ gone: 1, pruned: 1, audioSeconds: 0 });
  expect(await here.catalogue.findTrack('1')).toMatchObject({ genre: 'blues', artist: 'Ann' });
}, 60_000);

test('coverage bounds the windows of a track and is written on it; too long a track is told apart', async () => {
  const folder = temporaryFolder('coverage');
  bench.tone(join(folder, 'long.mp3'), 440, 60);
  await here.ingest(folder, { deps: { coverage: 'sampled:5' } });
  const [track] = await here.catalogue.listTracks({ limit: 1 });
  expect(track).toMatchObject({ clipCount: 5, coverage: 'sampled:5' });
  expect(track?.durationSeconds).toBeCloseTo(60, 0);
  expect(await here.ingest(folder, { force: true })).toMatchObject({ indexed: 1 });
  expect((await here.catalogue.listTracks({ limit: 1 }))[0]).toMatchObject({
    clipCount: 23,
    coverage: 'full',
  });
  expect(await here.store.counts()).toEqual({ tracks: 1, clips: 23 });
  bench.tone(join(folder, 'mix.mp3'), 550, 90);
  const report = await here.ingest(folder, { deps: { maxSeconds: 70 } });
  expect(report.failures).toMatchObject([{ code: 'AUDIO_TOO_LONG', count: 1 }]);
}, 90_000);

test('a bucket: found, indexed, unchanged, changed, gone; playlists may name its objects', async () => {
  const folder = temporaryFolder('bucket');
  const put = async (key: string, frequency: number) =>
    client.send(
      new PutObjectCommand({
        Bucket: 'music',
        Key: key,
        Body: readFileSync(bench.tone(join(folder, 'x.mp3'), frequency)),
      }),
    );
  await put('in/Ä ö/50% off.mp3', 440);
  await put('in/b.mp3', 550);
  await put('in/cover.jpg', 550);
  await put('other/c.mp3', 660);
  expect(await here.ingest('s3://music/in/')).toMatchObject({ indexed: 2, failed: 0 });
  expect((await here.catalogue.listTracks({ query: 'off', limit: 1 }))[0]).toMatchObject({
    title: '50% off',
    location: { root: null, path: 's3://music/in/Ä ö/50% off.mp3' },
  });
  expect(await here.ingest('s3://music/in/')).toMatchObject({ indexed: 0, unchanged: 2 });
  // As long as the old one, and often within the same second, which is all that S3 tells of time: the ETag differs.
  const contentOf = async () => (await here.catalogue.findItem('s3://music/in/b.mp3'))?.contentId;
  const before = await contentOf();
  await put('in/b.mp3', 990);
  expect(await here.compare('s3://music/in/')).toMatchObject({ changed: 1, unchanged: 1 });
  expect(await here.ingest('s3://music/in/')).toMatchObject({ indexed: 1, unchanged: 1 });
  expect(await contentOf()).not.toBe(before);
  expect(await here.ingest('s3://music/in/')).toMatchObject({ indexed: 0, unchanged: 2 });
  const [item] = await here.catalogue.listItems({ source: 's3://music/in/', limit: 1 });
  expect(item?.etag).toMatch(/^"/);
  // A part of a bucket, the whole and one object are the same items, whoever named them last.
  const whole = await here.compare('s3://music');
  expect(whole).toMatchObject({ new: 1, unchanged: 2, gone: 0 });
  await here.ingest('s3://music');
  expect(await here.ingest('s3://music/in/b.mp3')).toMatchObject({ unchanged: 1 });
  await client.send(new DeleteObjectCommand({ Bucket: 'music', Key: 'in/b.mp3' }));
  expect(await here.ingest('s3://music/in/', { prune: true, allowLoss: true })).toMatchObject({
    gone: 1,
    pruned: 1,
  });
  writeFileSync(
    join(folder, 'p.m3u8'),
    '#EXTM3U\ns3://music/other/c.mp3\ns3://music/none.mp3\ns3://nowhere/x.mp3\n',
  );
  const report = await here.ingest(join(folder, 'p.m3u8'));
  expect(report).toMatchObject({ unchanged: 1, failed: 2 });
  expect(report.failures).toMatchObject([{ code: 'SOURCE_NOT_FOUND', count: 2 }]);
}, 60_000);

test('a link is asked with its mark and not fetched again while it holds', async () => {
  const bytes = readFileSync(bench.tone(join(temporaryFolder('link'), 'a.mp3'), 440));
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const status = request.headers['if-none-match'] === '"v1"' ? 304 : 200;
    answers.push(status);
    response.writeHead(status, { etag: '"v1"' }).end(status === 200 ? bytes : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const link = `http://127.0.0.1:${(server.address() as AddressInfo).port}/Some%20Song.mp3`;
  await here.ingest(link);
  expect(await here.ingest(link, { force: true })).toMatchObject({ indexed: 1, audioSeconds: 0 });
  expect(answers).toEqual([200, 304]);
  expect(await here.catalogue.listTracks({ limit: 2 })).toMatchObject([{ title: 'Some Song' }]);
  server.close();
}, 60_000);

test('what a link or a bucket holds fails under its own name, not that of the file it was fetched into', async () => {
  const server = createServer((_request, response) => response.end('<html>Log in first</html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const link = `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/a.mp3`;
  expect(await here.ingest(link)).toMatchObject({ failed: 1 });
  server.close();
  const [item] = await here.catalogue.listItems({ state: 'failed', limit: 1 });
  const shown = link.replace('secret', '***');
  expect(item).toMatchObject({ path: link, errorCode: 'AUDIO_UNDECODABLE' });
  expect(item?.errorMessage).toBe(`${shown}: no audio packets could be read`);
  expect(item?.errorDetail).toContain(shown);
  expect(item?.errorDetail).not.toMatch(/file:|fetch-/);
}, 30_000);

test('copies keep their own words and are listed as duplicates', async () => {
  const folder = temporaryFolder('copies');
  bench.tone(join(folder, 'a.flac'), 440, 3, '-metadata', 'title=One');
  copyFileSync(join(folder, 'a.flac'), join(folder, 'b.flac'));
  expect(await here.ingest(folder)).toMatchObject({ indexed: 1, duplicate: 1 });
  const [group, ...none] = await here.catalogue.duplicateGroups({ limit: 10 });
  expect(none).toEqual([]);
  expect(group?.copies.map(({ location, metadata }) => [location.path, metadata.title]).sort()).toEqual([
    ['a.flac', 'One'],
    ['b.flac', 'One'],
  ]);
}, 30_000);

test('a track a few samples longer than a window has one clip, not two at the same millisecond', async () => {
  const folder = temporaryFolder('edge');
  bench.tone(join(folder, 'a.wav'), 440, 3, '-ar', '22050', '-af', 'aresample=22050,atrim=end_sample=59055');
  expect(await here.ingest(folder)).toMatchObject({ indexed: 1, failed: 0 });
  expect(await here.store.counts()).toEqual({ tracks: 1, clips: 1 });
}, 30_000);
