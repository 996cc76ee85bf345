import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Catalogue } from '@soundalike/catalogue';
import { MAX_UPLOAD_NAME } from '@soundalike/query';
import { temporaryFolder } from '@soundalike/testing';
import { readSeeds } from './read-seeds.ts';

const folder = temporaryFolder('seeds');
const catalogue: Pick<Catalogue, 'findTrack'> = {
  findTrack: async (id) => (id === 'LBL-1' ? ({ id: 'a' } as never) : undefined),
};
const read = (...places: string[]) =>
  readSeeds(
    places.map((place) => ({ place, weight: 1 })),
    catalogue,
  );

/** Empty files; their paths. */
const files = (...names: string[]) =>
  names.map((name) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    return path;
  });

test('a link, a track id and a file, each with its weight', async () => {
  const [song = ''] = files('song.mp3');
  const named = ['http://h.example/a.mp3', 'LBL-1', song].map((place, at) => ({ place, weight: at - 1 }));
  const { seeds, uploads } = await readSeeds(named, catalogue);
  expect(seeds).toEqual([
    { url: 'http://h.example/a.mp3', weight: -1 },
    { trackId: 'LBL-1', weight: 0 },
    { upload: 'song.mp3', weight: 1 },
  ]);
  expect([...uploads]).toEqual([['song.mp3', song]]);
});

test('each file stays a seed of its own, whatever the files are called', async () => {
  const paths = files('a/x.mp3', 'b/3. x.mp3', 'c/x.mp3', 'd/2. x.mp3', 'e/x.mp3', 'f/x.mp3');
  const { seeds, uploads } = await read(...paths);
  expect(seeds.map(({ upload }) => uploads.get(upload ?? ''))).toEqual(paths);
  expect(uploads.size).toBe(paths.length);
});

test('the longest names that a file may have are cut to what a request may hold', async () => {
  const name = `${'n'.repeat(247)}.mp3`;
  const paths = files(`a/${name}`, `b/${name}`, `c/${name}`);
  const { seeds, uploads } = await read(...paths);
  expect(seeds.map(({ upload }) => uploads.get(upload ?? ''))).toEqual(paths);
  for (const { upload } of seeds) expect(upload?.length).toBe(MAX_UPLOAD_NAME);
});

test.each([
  [folder, 'INPUT_INVALID', /is a folder/],
  ['ftp://h.example/a.mp3', 'INPUT_INVALID', /ftp:\/\/ are not supported, only http and https;/],
  ['s3://bucket/a.mp3', 'INPUT_INVALID', /buckets are read by ingest only/],
  ['LBL-2', 'SOURCE_NOT_FOUND', /neither a file, nor a link, nor the id of a track/],
  ['', 'SOURCE_NOT_FOUND', /neither a file/],
])('%j is refused', async (place, code, words) => {
  await expect(read('LBL-1', place)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
});
