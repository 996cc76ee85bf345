import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { readEntries } from './read-entries.ts';
import type { ReadEntry } from './read-entry.ts';
import { readInThread } from './read-in-thread.ts';

const folder = temporaryFolder('thread');

const collect = async (groups: AsyncIterable<ReadEntry[]>): Promise<ReadEntry[]> => {
  const entries: ReadEntry[] = [];
  for await (const group of groups) entries.push(...group);
  return entries;
};

const write = (name: string, text: string) => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};

test('a thread reads what is read in place: metadata, odd letters, rows that cannot be used', async () => {
  write('a.mp3', 'audio');
  const rows = [
    '{"id":"1","path":"a.mp3","title":"Tïtle \\u2028 \\ud83c\\udfb5","mood":{"deep":[1,null]}}',
    '{"id":"2","path":"/elsewhere/b.mp3"}',
    '{"id":"3","url":"https://h.example/c.mp3"}',
    '{"id":"4"}',
    'no JSON',
  ];
  const path = write('m.jsonl', rows.join('\n'));
  const read = await collect(readInThread({ kind: 'manifest', path }));
  expect(read).toEqual(JSON.parse(JSON.stringify(await collect(readEntries({ kind: 'manifest', path })))));
  expect(read).toMatchObject([
    { kind: 'below', path: 'a.mp3', externalId: '1', size: 5, metadata: { title: 'Tïtle \u2028 🎵' } },
    { kind: 'elsewhere', file: '/elsewhere/b.mp3', size: null, modifiedMs: null },
    { kind: 'found', item: { root: null, path: 'https://h.example/c.mp3' } },
    {
      kind: 'invalid',
      location: { path: `${path}#row-4` },
      error: { code: 'MANIFEST_INVALID', fields: { row: 4 } },
    },
    { kind: 'invalid', hidesOthers: true, error: { message: expect.stringContaining('is not JSON') } },
  ]);
});

test('what makes reading fail comes with its code', async () => {
  const path = write('header.csv', 'id,title\n1,A\n');
  await expect(collect(readInThread({ kind: 'manifest', path }))).rejects.toMatchObject({
    name: 'SoundalikeError',
    code: 'MANIFEST_INVALID',
    fields: { manifest: path },
  });
});

test('every line comes once and in order, however many groups they make', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `https://h.example/${i}.mp3`);
  const path = write('links.txt', lines.join('\n'));
  const read = await collect(readInThread({ kind: 'list', path }));
  expect(read.map((entry) => entry.kind === 'found' && entry.item.path)).toEqual(lines);
});

test('who stops reading ends the thread', async () => {
  const path = write('long.txt', 'https://h.example/a.mp3\n'.repeat(300_000));
  const groups = readInThread({ kind: 'list', path });
  const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
  const before = threads();
  for await (const group of groups) {
    expect(group.length).toBeGreaterThan(0);
    expect(threads()).toBeGreaterThan(before);
    break;
  }
  expect(threads()).toBe(before);
});

test('a reader that is slower than the thread leaves turns to timers and signals', async () => {
  const path = write('slow.txt', 'https://h.example/a.mp3\n'.repeat(20_000));
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  let groups = 0;
  for await (const _ of readInThread({ kind: 'list', path })) {
    // Before the first group nothing kept the loop busy.
    if (groups === 0) turns = 0;
    groups += 1;
    const until = performance.now() + 20;
    while (performance.now() < until);
  }
  clearInterval(timer);
  expect(groups).toBeGreaterThan(30);
  expect(turns).toBeGreaterThan(groups / 2);
});

test('a list that goes away before it is read is a source that is not there', async () => {
  const path = join(folder, 'gone.csv');
  await expect(collect(readInThread({ kind: 'manifest', path }))).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
    message: `${path} does not exist`,
  });
});

test('places are read without slashes at their ends; the folder of the list lies in the one around it', async () => {
  const path = write('slashes.txt', ['a.mp3/', 'sub//', './', '..', '/', `${folder}//a.mp3`].join('\n'));
  const read = await collect(readInThread({ kind: 'list', path }));
  expect(
    read.map((entry) => (entry.kind === 'below' ? entry.path : entry.kind === 'elsewhere' && entry.file)),
  ).toEqual(['a.mp3', 'sub', folder, join(folder, '..'), '/', 'a.mp3']);
});

describe('a folder', () => {
  const music = join(folder, 'music');
  const scan = async (path: string) => {
    const read = await collect(readInThread({ kind: 'folder', path }));
    return read.map((entry) =>
      entry.kind === 'below'
        ? `${entry.path} ${entry.size}`
        : entry.kind === 'invalid'
          ? `${entry.location.path} ${entry.error.code} ${entry.hidesOthers}`
          : '?',
    );
  };

  test('gives its audio files and those of linked folders, each folder once', async () => {
    write('music/one.mp3', '1');
    write('music/deep/er/two.flac', '22');
    write('music/deep/notes.txt', 'no audio');
    write('music/deep/._two.flac', 'of a Mac');
    write('other/three.mp3', '333');
    symlinkSync(music, join(music, 'deep/loop'));
    symlinkSync(join(folder, 'other'), join(music, 'linked'));
    symlinkSync(join(folder, 'other/three.mp3'), join(music, 'link.mp3'));
    symlinkSync(join(folder, 'nowhere'), join(music, 'dangling.mp3'));
    expect((await scan(music)).sort()).toEqual([
      'dangling.mp3 SOURCE_NOT_FOUND false',
      'deep/er/two.flac 2',
      'link.mp3 3',
      'linked/three.mp3 3',
      'one.mp3 1',
    ]);
  });

  test('that cannot be read may hide others', async () => {
    expect(await scan(join(folder, 'gone'))).toEqual([' SOURCE_NOT_FOUND true']);
  });

  test('of more files than a group holds gives all of them', async () => {
    for (let i = 0; i < 1_234; i++) write(`many/${i % 7}/${i}.mp3`, '');
    expect(new Set(await scan(join(folder, 'many'))).size).toBe(1_234);
  });
});
