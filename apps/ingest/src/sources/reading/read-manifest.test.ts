import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { encode } from 'iconv-lite';
import { readList } from './read-list.ts';
import { readManifest } from './read-manifest.ts';

const folder = temporaryFolder('manifests');
const collect = async <T>(items: AsyncIterable<T>) => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const rowsOf = async (path: string) => (await collect(readManifest(path))).flat();
const write = (name: string, text: string, encoding = 'utf-8') => {
  const path = join(folder, name);
  writeFileSync(path, encode(text, encoding, { addBOM: encoding.startsWith('utf-16') }));
  return path;
};
const GERMAN =
  'Größe über alles; schöne Müllerin, größter Übermut und heiße Würstchen für die süße Königin von Österreich';

describe('encodings are detected', () => {
  test.each(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'])('a CSV in %s', async (encoding) => {
    const lines = Array.from({ length: 400 }, (_, i) => `${i},a${i}.mp3,"${GERMAN}"`);
    const path = write(`m-${encoding}.csv`, `id,path,title\n${lines.join('\n')}\n`, encoding);
    const rows = await rowsOf(path);
    expect(rows).toHaveLength(400);
    expect(rows[399]?.columns).toEqual({ id: '399', path: 'a399.mp3', title: GERMAN });
  });

  test.each(['utf-16le', 'utf-16be'])('a CSV in %s without a mark', async (encoding) => {
    const path = join(folder, `unmarked-${encoding}.csv`);
    writeFileSync(path, encode('id,path,title\n1,a.mp3,Größe\n2,b.mp3,plain\n', encoding, { addBOM: false }));
    const rows = await rowsOf(path);
    expect(rows.map(({ columns }) => columns.title)).toEqual(['Größe', 'plain']);
  });

  test.each([
    ['shift_jis', '雪の駅で待つ人々の歌声がひびく'],
    ['windows-1251', 'Подмосковные вечера и песня о далёкой родине'],
  ])('a playlist in %s, its first letters far in', async (encoding, title) => {
    const plain = Array.from({ length: 3000 }, (_, i) => `folder/${i}.mp3`);
    const path = write(
      `p-${encoding}.m3u`,
      `#EXTM3U\n${plain.join('\n')}\n${`${title}.mp3\n`.repeat(20)}`,
      encoding,
    );
    expect((await collect(readList(path))).flat().at(-1)).toBe(`${title}.mp3`);
  });
});

describe('delimiters are detected', () => {
  test.each([',', ';', '\t', '|'])('%j', async (delimiter) => {
    const rows = [
      ['id', 'path', 'title', 'tags'],
      ['1', 'a.mp3', '"One, two; three"', 'x'],
      ['2', 'b.mp3', 'Four', 'y'],
    ];
    const path = write(
      `d${delimiter.charCodeAt(0)}.csv`,
      `${rows.map((row) => row.join(delimiter)).join('\r\n')}\r\n`,
    );
    expect((await rowsOf(path)).map(({ columns }) => columns)).toEqual([
      { id: '1', path: 'a.mp3', title: 'One, two; three', tags: 'x' },
      { id: '2', path: 'b.mp3', title: 'Four', tags: 'y' },
    ]);
  });

  test.each([';', '\t', '|'])('%j between two columns of two rows', async (delimiter) => {
    const path = write(`two${delimiter.charCodeAt(0)}.csv`, `Path${delimiter}Artist\na.mp3${delimiter}Ann\n`);
    expect((await rowsOf(path)).map(({ columns }) => columns)).toEqual([{ path: 'a.mp3', artist: 'Ann' }]);
  });

  test.each(['sep=|\r\n', '"sep=|"\n', 'SEP=| \n', 'sep=|||\n', '\n\ufeffsep=|\n'])(
    'what a spreadsheet says before the header is believed, and no row: %j',
    async (line) => {
      const path = write('sep.csv', `${line}path|title\na.mp3|One; two; three\nb.mp3|Four; five; six\n`);
      expect(await rowsOf(path)).toMatchObject([
        { number: 1, columns: { path: 'a.mp3', title: 'One; two; three' } },
        { number: 2, columns: { path: 'b.mp3', title: 'Four; five; six' } },
      ]);
    },
  );

  test('but not where the header has no place for the audio then', async () => {
    const path = write('wrong.csv', 'sep=;\npath,title\na.mp3,One\n');
    expect((await rowsOf(path)).map(({ columns }) => columns)).toEqual([{ path: 'a.mp3', title: 'One' }]);
    expect(await rowsOf(write('sep-only.csv', 'sep=;\n'))).toEqual([]);
  });

  test('the header decides before the rows do', async () => {
    expect(await rowsOf(write('k.csv', 'path\na; b; c.wav\nd; e; f.wav\n'))).toMatchObject([
      { columns: { path: 'a; b; c.wav' } },
      { columns: { path: 'd; e; f.wav' } },
    ]);
    expect(await rowsOf(write('hc.csv', 'path;title, artist\na.wav;x, y\n'))).toMatchObject([
      { columns: { path: 'a.wav', 'title, artist': 'x, y' } },
    ]);
  });

  test('a header without a place for the audio is refused as a whole, and says what it has', async () => {
    for (const header of ['id,Filename,artist', '/music/a.mp3,Ann'])
      await expect(rowsOf(write('n.csv', `${header}\n1,a.mp3,Ann\n`))).rejects.toMatchObject({
        code: 'MANIFEST_INVALID',
        message: expect.stringContaining(
          `its header has none of the columns "path", "file", "url", one of which says where the audio is; it has "${header.toLowerCase().replaceAll(',', ', ')}"`,
        ),
      });
    expect(await rowsOf(write('e.csv', ''))).toEqual([]);
  });

  test('one column needs none', async () => {
    const path = write('one.csv', 'path\na b.mp3\nc.mp3\n');
    expect((await rowsOf(path)).map(({ columns }) => columns.path)).toEqual(['a b.mp3', 'c.mp3']);
  });
});

test('a playlist: directives are passed over, file links and Windows paths are paths', async () => {
  const path = write(
    'list.m3u8',
    '\ufeff#EXTM3U\r\n#EXTINF:123,Ann - Song\r\nAnn\\Song.mp3\r\n\r\nfile:///music/a%20b.mp3\r\nhttps://x.example/c.mp3\r\ns3://bucket/d.mp3\r\n',
  );
  expect((await collect(readList(path))).flat()).toEqual([
    'Ann/Song.mp3',
    '/music/a b.mp3',
    'https://x.example/c.mp3',
    's3://bucket/d.mp3',
  ]);
  const stream = write('hls.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nsegment0.ts\n');
  await expect(collect(readList(stream))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

describe('a CSV with broken quotes', () => {
  const problems = (rows: { number: number; problem?: string | undefined }[]) =>
    rows.flatMap(({ number, problem }) => (problem ? [`${number} ${problem}`] : []));

  test('costs the row with the quote that is never closed, and no other', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => `n${i},f${i}.mp3,"Number, ${i}"`);
    const path = write('q.csv', `id,path,title\n1,a.mp3,"open\n2,b.mp3,"Two, and"\n\n${many.join('\n')}\n`);
    const rows = await rowsOf(path);
    expect(rows).toHaveLength(2002);
    expect(problems(rows)).toEqual(['1 has a quote that is never closed: "1,a.mp3,\\"open"']);
    expect(rows[1]?.columns).toEqual({ id: '2', path: 'b.mp3', title: 'Two, and' });
    expect(rows[2001]?.columns).toEqual({ id: 'n1999', path: 'f1999.mp3', title: 'Number, 1999' });
  });

  test('in its last row', async () => {
    const rows = await rowsOf(write('l.csv', 'id,path,title\n1,a.mp3,A\n2,b.mp3,"B'));
    expect(rows.map(({ columns }) => columns)).toEqual([{ id: '1', path: 'a.mp3', title: 'A' }, {}]);
    expect(problems(rows)).toEqual(['2 has a quote that is never closed: "2,b.mp3,\\"B"']);
  });

  test('reads what is not broken: line breaks, doubled quotes, inches, blanks around quotes', async () => {
    const path = write(
      'g.csv',
      'id,path,title\n1,a.mp3,"two\nlines ""so"""\n2,b.mp3,7" single\n3, "c,d.mp3" ,Sea\n4,"e "" f.mp3",',
    );
    const rows = await rowsOf(path);
    expect(problems(rows)).toEqual([]);
    expect(rows.map(({ columns }) => columns)).toEqual([
      { id: '1', path: 'a.mp3', title: 'two\nlines "so"' },
      { id: '2', path: 'b.mp3', title: '7" single' },
      { id: '3', path: 'c,d.mp3', title: 'Sea' },
      { id: '4', path: 'e " f.mp3', title: '' },
    ]);
  });

  test('in its header is refused', async () => {
    await expect(rowsOf(write('h.csv', 'id,"path,title\n1,a.mp3,A\n'))).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining('its header has a quote that is never closed'),
    });
  });
});
