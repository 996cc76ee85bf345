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
