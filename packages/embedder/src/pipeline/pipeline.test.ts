import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { clipVectors } from './clip-vectors.ts';
import { mapAhead } from './map-ahead.ts';
import { createPipeline, dc, glob } from './pipeline.ts';
import { describe as words } from './show.ts';

const folder = temporaryFolder('pipeline');
mkdirSync(join(folder, 'more'));
for (const name of ['b.wav', 'a.wav', '[live].wav', 'more/c.wav']) writeFileSync(join(folder, name), '');

describe('glob', () => {
  test('files in order, literal names with brackets, links untouched', async () => {
    expect(await glob(`${folder}/[ab].wav`).toList()).toEqual([`${folder}/a.wav`, `${folder}/b.wav`]);
    expect(await glob(`${folder}/**/c.wav`).toList()).toEqual([`${folder}/more/c.wav`]);
    expect(await glob([`${folder}/[live].wav`, 'https://example.org/x.mp3']).toList()).toEqual([
      `${folder}/[live].wav`,
      'https://example.org/x.mp3',
    ]);
  });

  test('a pattern that names nothing is an error, but only when it is read', async () => {
    const nothing = glob(`${folder}/*.flac`).audioDecode();
    await expect(nothing.toList()).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });
});

describe('building a pipeline', () => {
  test('the PyTorch framework is refused with what replaces it', () => {
    const audio = glob('x.wav').audioDecode();
    expect(() => audio.audioEmbedding.clmr({ framework: 'pytorch' })).toThrow(
      /Leave it out.*ONNX Runtime.*model convert/s,
    );
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a range of %p is refused', (range) => {
    expect(() => glob('x.wav').audioDecode().timeWindow({ range })).toThrow(/range must be seconds above 0/);
  });

  test('columns: a misspelt or wrongly typed one is a type error, and an error without a compiler', () => {
    const table = glob('*.wav', { to: 'path' }).audioDecode({ from: 'path', to: 'audio' });
    const built = [
      // @ts-expect-error there is no column pth
      () => table.audioDecode({ from: 'pth', to: 'audio' }),
      // @ts-expect-error there is no column vecs yet
      () => table.select('vecs'),
      // @ts-expect-error there is no column vec
      () => table.select('path', 'vec'),
      // @ts-expect-error there is no column audi
      () => table.timeWindow({ from: 'audi', to: 'frames', range: 10 }),
      // @ts-expect-error there is no column frames
      () => table.audioEmbedding.clmr({ from: 'frames', to: 'vecs' }),
    ];
    for (const build of built) expect(build).toThrow(/There is no column "\w+"; the columns are path, audio/);
    // @ts-expect-error a path is not audio: it must be decoded first
    table.timeWindow({ from: 'path', to: 'frames', range: 10 });
    // @ts-expect-error a path is not audio
    table.audioEmbedding.clmr({ from: 'path', to: 'vecs' });
    // @ts-expect-error audio is not a path
    table.audioDecode({ from: 'audio', to: 'again' });
    // @ts-expect-error toVec needs one selected column
    expect(table.toVec).toBeUndefined();
    // @ts-expect-error a path cannot be cut before it is decoded
    expect(glob('*.wav').timeWindow).toBeUndefined();
    expect(table.select('path').columns).toEqual(['path']);
    expect(table.columns).toEqual(['path', 'audio']);
  });

  test('types of rows follow the columns', () => {
    const vectors = dc(['x'], { to: 'path' })
      .audioDecode({ from: 'path', to: 'audio' })
      .audioEmbedding.clmr({ from: 'audio', to: 'vecs' });
    const check = async () => {
      for await (const row of vectors) {
        const shape: readonly [number, number] = row.vecs.shape;
        const source: string = row.audio.source;
        // @ts-expect-error no such column
        row.frames;
        return [shape, source];
      }
      return (await vectors.select('vecs').toVec()).map((block): Float32Array => block.data);
    };
    expect(check).toBeInstanceOf(Function);
  });

  test('nothing runs before it is read', () => {
    const neverRead = createPipeline({ ffmpeg: '/nowhere' }).glob('/nowhere/*.wav');
    expect(neverRead.audioDecode().timeWindow({ range: 10 }).audioEmbedding.clmr()).toBeDefined();
  });
});

describe('show', () => {
  test('vectors by first values and shape, frames and audio by what they are', () => {
    const vectors = clipVectors([Float32Array.of(-2.1045141, 0.55381, 0.4537212, 1), new Float32Array(512)]);
    expect(words(vectors)).toBe('[-2.1045141, 0.55381, 0.4537212, ...] shape=(2, 512)');
    expect(words({ samples: new Float32Array(44_100), sampleRate: 22_050, channels: 2 })).toBe(
      'frames(1.00 s, channels=2, rate=22050)',
    );
    expect(() => vectors.row(2)).toThrow(RangeError);
    expect(vectors.row(0)[0]).toBeCloseTo(-2.1045141, 6);
  });

  test('rows below their names, no more than asked for', async () => {
    let text = '';
    const options = { limit: 2, write: (line: string) => (text += line) };
    await dc(['a', 'b', 'c'], { to: 'path' }).audioDecode({ from: 'path', to: 'audio' }).show(options);
    expect(text).toBe('path | audio\na | audio(a)\nb | audio(b)\n');
  });
});

describe('mapAhead', () => {
  async function* numbers() {
    yield* [1, 2, 3, 4, 5];
  }

  test('keeps the order and the depth', async () => {
    let underWay = 0;
    let most = 0;
    const seen: number[] = [];
    const work = async (value: number) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 10 - value));
      underWay -= 1;
      return value;
    };
    for await (const value of mapAhead(numbers(), { depth: 2, work, stop: () => undefined }))
      seen.push(value);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  test('an error ends it after everything under way has settled', async () => {
    let settled = 0;
    const stop = jest.fn();
    const work = async (value: number) => {
      await new Promise((resolve) => setTimeout(resolve, value * 5));
      settled += 1;
      if (value === 1) throw new Error('one');
      return value;
    };
    const run = async () => {
      for await (const _ of mapAhead(numbers(), { depth: 3, work, stop }));
    };
    await expect(run()).rejects.toThrow('one');
    expect(settled).toBe(3);
    expect(stop).toHaveBeenCalledTimes(1);
  });
});
