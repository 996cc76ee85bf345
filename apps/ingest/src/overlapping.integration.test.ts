import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { createIngestBench, type EmptyIngest, type IngestBench } from './ingest.fixture.ts';

/** Sources that name the same files: none takes away what another has. */
let bench: IngestBench;
let here: EmptyIngest;
let folder: string;

beforeAll(async () => {
  bench = await createIngestBench();
}, 60_000);
afterAll(() => bench?.close());
beforeEach(async () => {
  here = await bench.empty();
  folder = realpathSync(temporaryFolder('overlapping'));
  mkdirSync(join(folder, 'f/inner'), { recursive: true });
  for (const [i, name] of ['1.mp3', '2.mp3', '3.mp3', 'inner/4.mp3'].entries())
    bench.tone(join(folder, 'f', name), 300 + 100 * i, 3);
}, 30_000);
afterEach(() => here.catalogue.close());

const write = (name: string, ...lines: string[]) => {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  return join(folder, name);
};
const tracks = async () => (await here.store.counts()).tracks;

test('files that a manifest gives several own ids are there for their folder, too', async () => {
  const manifest = write('two.csv', 'id,path', 'N1,f/1.mp3', 'N2,f/1.mp3', 'N3,f/2.mp3');
  expect(await here.ingest(manifest)).toMatchObject({ indexed: 3 });
  expect(await here.compare(join(folder, 'f'))).toMatchObject({ gone: 0, new: 2 });
  const scanned = await here.ingest(join(folder, 'f'), { prune: true });
  expect(scanned).toMatchObject({ indexed: 2, unchanged: 2, gone: 0, pruned: 0 });
  expect(await tracks()).toBe(5);
  expect(await here.ingest(manifest, { prune: true })).toMatchObject({ unchanged: 3, gone: 0 });
});

test('a playlist that is cut takes nothing from the folder or from another playlist', async () => {
  await here.ingest(join(folder, 'f'));
  const rock = write('rock.m3u8', 'f/1.mp3', 'f/2.mp3');
  expect(await here.ingest(rock)).toMatchObject({ unchanged: 2, duplicate: 0 });
  await here.ingest(write('best.m3u8', 'f/2.mp3', 'f/3.mp3'));
  write('rock.m3u8', 'f/1.mp3');
  expect(await here.ingest(rock, { prune: true })).toMatchObject({ unchanged: 1, gone: 0, pruned: 0 });
  expect(await tracks()).toBe(4);
});

test('a folder holds folders that were ingested before under the names they have', async () => {
  await here.ingest(join(folder, 'f/inner'));
  expect(await here.compare(join(folder, 'f'))).toMatchObject({ new: 3, unchanged: 1 });
  expect(await here.ingest(join(folder, 'f'))).toMatchObject({ indexed: 3, unchanged: 1, duplicate: 0 });
  rmSync(join(folder, 'f/inner/4.mp3'));
  expect(await here.ingest(join(folder, 'f'), { prune: true })).toMatchObject({ gone: 1, pruned: 1 });
  expect(await tracks()).toBe(3);
});

test('a manifest around a folder that was ingested before names its files as that folder does', async () => {
  await here.ingest(join(folder, 'f'));
  const manifest = write('m.csv', 'id,path', 'N1,f/1.mp3', 'N2,f/2.mp3');
  expect(await here.ingest(manifest)).toMatchObject({ indexed: 2, failed: 0 });
  expect(await here.ingest(folder, { prune: true, allowLoss: true })).toMatchObject({ gone: 0, pruned: 0 });
  expect(await here.compare(manifest)).toMatchObject({ unchanged: 2 });
  expect(await here.ingest(manifest, { prune: true })).toMatchObject({ unchanged: 2, gone: 0 });
});

test('where the first copy is removed, the track is the other one', async () => {
  const copies = join(folder, 'copies');
  mkdirSync(copies);
  bench.tone(join(copies, 'a.flac'), 440, 3, '-metadata', 'title=First', '-metadata', 'artist=Ann');
  await here.ingest(copies);
  bench.tone(join(copies, 'b.flac'), 440, 3, '-metadata', 'title=Second', '-metadata', 'artist=Bob');
  bench.tone(join(copies, 'c.flac'), 550, 3);
  expect(await here.ingest(copies)).toMatchObject({ indexed: 1, duplicate: 1, unchanged: 1 });
  const [track] = await here.catalogue.listTracks({ query: 'first', limit: 1 });
  // Embedded further or less far, the copy says so and nothing else.
  await here.ingest(join(copies, 'b.flac'), { force: true, deps: { coverage: 'sampled:2' } });
  expect(await here.catalogue.findTrack(track?.id ?? '')).toMatchObject({
    title: 'First',
    coverage: 'sampled:2',
  });
  rmSync(join(copies, 'a.flac'));
  expect(await here.ingest(copies, { prune: true })).toMatchObject({ gone: 1, pruned: 0 });
  const moved = await here.catalogue.findTrack(track?.id ?? '');
  expect(moved).toMatchObject({ title: 'Second', artist: 'Bob', location: { path: 'b.flac' } });
  const stored = (await here.store.getTracks([track?.id ?? ''], { consistency: 'strong' })).get(
    track?.id ?? '',
  );
  expect(stored?.fields.artist).toBe('Bob');
});

test('a list with a row that cannot be read says that nothing is pruned; an empty row is none', async () => {
  const list = write('er.csv', 'id,path', 'E1,f/1.mp3', 'E2,f/2.mp3', ',,');
  expect(await here.ingest(list)).toMatchObject({ indexed: 2, failed: 0, sawEverything: true });
  write('er.csv', 'id,path', 'E1,f/1.mp3', 'E3,');
  const report = await here.ingest(list, { prune: true });
  expect(report).toMatchObject({ unchanged: 1, failed: 1, gone: 0, pruned: 0, sawEverything: false });
  expect(await here.compare(list)).toMatchObject({ sawEverything: false, gone: 0 });
});

test('rows that cannot be used are those of their list, whatever it is called', async () => {
  for (const year of ['y25', 'y26']) {
    mkdirSync(join(folder, year));
    const list = write(`${year}/export.csv`, 'id,path,year', `${year},../f/1.mp3,soon`);
    expect(await here.ingest(list)).toMatchObject({ failed: 1 });
  }
  for (const year of ['y25', 'y26'])
    expect(await here.catalogue.failureGroups({ source: year })).toMatchObject([{ count: 1 }]);
});

test('of two runs over the same files at once, each says what became of them', async () => {
  const reports = await Promise.all([here.ingest(join(folder, 'f')), here.ingest(join(folder, 'f'))]);
  for (const { indexed, unchanged, handedOver } of reports) expect(indexed + unchanged + handedOver).toBe(4);
  expect(reports.reduce((sum, { handedOver }) => sum + handedOver, 0)).toBeGreaterThan(0);
  expect(await tracks()).toBe(4);
});
