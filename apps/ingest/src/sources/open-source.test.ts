import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCatalogue } from '@soundalike/catalogue';
import { temporaryFolder } from '@soundalike/testing';
import { openSource } from './open-source.ts';

const folder = temporaryFolder('sources');

const open = async (argument: string) =>
  openSource({ argument, workingDirectory: folder, catalogue: await openCatalogue('memory:'), roots: {} });

/** The entries of a file with this text, each as its place or its error. */
const read = async (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  const seen: string[] = [];
  for await (const entry of (await open(name)).entries)
    seen.push(entry.kind === 'found' ? entry.item.path : `${entry.error.code} ${entry.error.message}`);
  return seen;
};

test('links of a kind that is not read are named by their scheme', async () => {
  const words = expect.stringContaining('ftp:// are not supported, only http, https and s3');
  await expect(open('ftp://h.example/a.mp3')).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: words,
  });
  const list = await read('l.txt', 'ftp://h.example/a.mp3\nhttps://h.example/b.mp3\nc.mp3\n');
  expect(list).toEqual([
    expect.stringMatching(/^INPUT_INVALID l.txt: .*ftp:/),
    'https://h.example/b.mp3',
    'c.mp3',
  ]);
  const rows = await read('m.csv', 'url\nFTP://h.example/a.mp3\ns3://b/c.mp3\n');
  expect(rows).toEqual([expect.stringMatching(/^MANIFEST_INVALID m.csv, row 1 .*FTP:/), 's3://b/c.mp3']);
});

test('a line with a NUL character is refused, and no other; no file is called so', async () => {
  expect(await read('nul.txt', 'a\0b.mp3\nc.mp3\n')).toEqual([
    expect.stringMatching(/^INPUT_INVALID nul.txt: a line has a NUL character: "a\\u0000b.mp3"/),
    'c.mp3',
  ]);
});

test('a line without end is refused in each kind of list, and no other', async () => {
  const long = 'x'.repeat(1_100_000);
  expect(await read('long.jsonl', `{"path":"${long}"}\n{"path":"c.mp3"}\n`)).toEqual([
    'MANIFEST_INVALID long.jsonl, row 1 is longer than 1,000,000 characters',
    'c.mp3',
  ]);
  expect(await read('long.csv', `id,path\n1,a.mp3\n2,${long}\n3,c.mp3\n`)).toEqual([
    'a.mp3',
    'MANIFEST_INVALID long.csv, row 2 is longer than 1,000,000 characters',
    'c.mp3',
  ]);
  expect(await read('place.csv', `id,path\n1,${'é'.repeat(1_001)}.mp3\n2,${'é'.repeat(900)}.mp3\n`)).toEqual([
    expect.stringMatching(
      /^MANIFEST_INVALID place.csv, row 1 \(id 1\) names a place longer than 2,000 bytes: é+…$/,
    ),
    `${'é'.repeat(900)}.mp3`,
  ]);
  expect(await read('long.txt', `${'x'.repeat(9_000)}\nc.mp3\n`)).toEqual([
    expect.stringMatching(/^INPUT_INVALID long.txt: a line is longer than 2,000 bytes: "x+"…$/),
    'c.mp3',
  ]);
});

test('what is wrong with a row is said in words that every database stores', async () => {
  const rows = [
    '{"id":"N\\u0000\\ud800","path":"a.mp3"}',
    '{"id":"L","url":"http://[::1"}',
    '{"path":"c.mp3"}',
  ];
  expect(await read('words.jsonl', `${rows.join('\n')}\n`)).toEqual([
    'MANIFEST_INVALID words.jsonl, row 1 (id N\uFFFD\uFFFD) has a NUL character in "id"',
    'MANIFEST_INVALID words.jsonl, row 2 (id L) names a link that is none: http://[::1',
    'c.mp3',
  ]);
});

test('JSON may hold a line separator within a text', async () => {
  expect(await read('separator.jsonl', '{"path":"a\u2028b.mp3"}\n{"path":"c.mp3"}\n')).toEqual([
    'a\u2028b.mp3',
    'c.mp3',
  ]);
});

test('a row nested without end is a bad row, and no other', async () => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const lines = [
    `{"path":"a.mp3","x":${deep}}`,
    `{"path":"b.mp3","tags":${deep}}`,
    '{"path":"c.mp3","x":[[1]]}',
  ];
  expect(await read('deep.jsonl', lines.join('\n'))).toEqual([
    expect.stringMatching(/^MANIFEST_INVALID deep.jsonl, row 1 is nested deeper than/),
    expect.stringMatching(/^MANIFEST_INVALID deep.jsonl, row 2 is nested deeper than/),
    'c.mp3',
  ]);
});

test('two columns of one name are refused by that name', async () => {
  await expect(read('two.csv', 'path,Title,title\na.mp3,A,B\n')).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
    message: expect.stringContaining('two columns named "title"'),
  });
  expect(await read('blank.csv', 'path,,\na.mp3,,\n')).toEqual(['a.mp3']);
  expect(await read('two.jsonl', '{"path":"a.mp3","Year":1,"year":2}\n{"path":"b.mp3"}\n')).toEqual([
    expect.stringMatching(/^MANIFEST_INVALID two.jsonl, row 1 has two columns named "year"/),
    'b.mp3',
  ]);
});

test('half a surrogate pair is what databases make of it, so that the next run finds it again', async () => {
  expect(await read('half.jsonl', '{"path":"a\\ud800.mp3"}\n')).toEqual(['a\uFFFD.mp3']);
});
