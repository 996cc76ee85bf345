import { openCatalogue } from '@soundalike/catalogue';
import { formatLocation } from '@soundalike/source';
import { readRoots } from './find-root.ts';
import { placeEntries } from './place-entries.ts';
import type { ReadEntry } from './reading/read-entry.ts';

const said = { externalId: null, metadata: {}, size: 1, modifiedMs: 1 };
const below = (path: string): ReadEntry => ({ kind: 'below', path, ...said });
const elsewhere = (file: string): ReadEntry => ({ kind: 'elsewhere', file, ...said });
const unreadable = (path: string, isBelow: boolean): ReadEntry => ({
  kind: 'invalid',
  location: { root: null, path },
  isBelow,
  error: { code: 'SOURCE_NOT_FOUND', message: 'away', fields: {} },
  hidesOthers: true,
});

const place = async (base: string, entries: readonly ReadEntry[], roots: Record<string, string>) => {
  const catalogue = await openCatalogue('memory:');
  const groups = (async function* () {
    yield entries;
  })();
  const placed: string[] = [];
  for await (const entry of placeEntries(groups, base, { catalogue, roots }))
    placed.push(formatLocation(entry.kind === 'found' ? entry.item : entry.location));
  return { placed, made: await readRoots(catalogue, {}) };
};

const roots = { music: '/m', live: '/m/lists/live', liver: '/m/lists/liver' };

test('what lies below a list belongs to the root of the list, what lies in a root of its own to that', async () => {
  const entries = [below('a.mp3'), below('sub/b.mp3'), below('live/x/c.mp3'), below('liver/d.mp3')];
  const { placed, made } = await place('/m/lists', entries, roots);
  expect(placed).toEqual(['music/lists/a.mp3', 'music/lists/sub/b.mp3', 'live/x/c.mp3', 'liver/d.mp3']);
  expect(made).toEqual({});
});

test('files elsewhere belong to the deepest root that holds them, else one is made of their folder', async () => {
  const entries = [elsewhere('/m/x/a.mp3'), elsewhere('/srv/in/b.mp3'), elsewhere('/srv/in/c.mp3')];
  const { placed, made } = await place('/lists', entries, roots);
  expect(placed).toEqual([
    'music/x/a.mp3',
    expect.stringMatching(/^in-[0-9a-f]{6}\/b\.mp3$/),
    expect.stringMatching(/^in-[0-9a-f]{6}\/c\.mp3$/),
  ]);
  expect(Object.values(made)).toEqual(['/srv/in']);
});

test('a folder that cannot be read is named within its root', async () => {
  const entries = [unreadable('', true), unreadable('sub', true), unreadable('live', true)];
  expect((await place('/m/lists', entries, roots)).placed).toEqual([
    'music/lists',
    'music/lists/sub',
    'live/.',
  ]);
  expect((await place('/m', [unreadable('', true)], { music: '/m' })).placed).toEqual(['music/.']);
});

test('no root is made for links and rows that cannot be used', async () => {
  const item = { root: null, path: 'https://h.example/a.mp3', ...said };
  const { placed, made } = await place('/lists', [{ kind: 'found', item }, unreadable('m#row-1', false)], {});
  expect(placed).toEqual(['https://h.example/a.mp3', 'm#row-1']);
  expect(made).toEqual({});
});

test('of two names for one folder the first is taken, also where it lies within another root', async () => {
  const twice = { music: '/m', one: '/m/in', two: '/m/in' };
  expect((await place('/m', [below('in/a.mp3')], twice)).placed).toEqual(['one/a.mp3']);
  expect((await place('/m/in', [below('a.mp3')], twice)).placed).toEqual(['one/a.mp3']);
});

describe('many folders elsewhere', () => {
  const albums = (parent: string, count: number) =>
    Array.from({ length: count }, (_, i) => elsewhere(`${parent}/artist ${i % 3}/album ${i}/1.mp3`));

  test('get one root, that of the folder that holds them all, and later groups use it', async () => {
    const { placed, made } = await place('/lists', albums('/srv/audio', 9), roots);
    expect(Object.values(made)).toEqual(['/srv/audio']);
    expect(placed[8]).toMatch(/^audio-[0-9a-f]{6}\/artist 2\/album 8\/1\.mp3$/);
  });

  test('on two drives get one root for each drive', async () => {
    const { made } = await place('/lists', [...albums('/mnt/a/x', 9), ...albums('/mnt/b', 8)], roots);
    expect(Object.values(made)).toEqual(['/mnt/a/x', '/mnt/b']);
  });

  test('that are few, or share nothing but the top, get one each', async () => {
    expect(Object.keys((await place('/lists', albums('/srv/audio', 7), roots)).made)).toHaveLength(7);
    expect(Object.keys((await place('/lists', albums('/srv', 9), roots)).made)).toHaveLength(9);
  });

  test('that lie in a root are left out of account', async () => {
    const entries = [...albums('/m/x', 9), elsewhere('/srv/in/deep/a.mp3')];
    expect(Object.values((await place('/lists', entries, roots)).made)).toEqual(['/srv/in/deep']);
  });
});
