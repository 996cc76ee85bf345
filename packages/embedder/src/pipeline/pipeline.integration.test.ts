import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { findFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';
import type { Embedder } from '../embedder.ts';
import { loadModel } from '../model/load-model.ts';
import { createEmbedder } from '../pool/create-embedder.ts';
import { windowsOf } from './clmr.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';

const folder = temporaryFolder('towhee');
const fetched = join(folder, 'fetched');
let embedder: Embedder;
let pipeline: Pipeline;
let server: Server;
let link: string;

beforeAll(async () => {
  const ffmpeg = await findFfmpeg();
  const make = (name: string, seconds: number, expression: string) =>
    execFileSync(ffmpeg, [
      '-v',
      'error',
      '-y',
      '-f',
      'lavfi',
      '-i',
      `aevalsrc=${expression}:d=${seconds}:s=22050`,
      '-c:a',
      'pcm_f32le',
      join(folder, name),
    ]);
  make('ten.wav', 10, '0.4*sin(2*PI*330*t)|0.3*sin(2*PI*(200+40*t)*t)');
  make('long.wav', 25, '0.4*sin(2*PI*(300+9*t)*t)');
  make('short.wav', 1.5, '0.4*sin(2*PI*330*t)');
  execFileSync(ffmpeg, [
    '-v',
    'error',
    '-i',
    join(folder, 'ten.wav'),
    '-b:a',
    '32k',
    join(folder, 'ten.opus'),
  ]);
  embedder = await createEmbedder({ model: await loadModel({ name: 'untrained' }), processes: 2 });
  pipeline = createPipeline({ embedder, ffmpeg });
  server = createServer((_, response) => response.end(readFileSync(join(folder, 'ten.opus'))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  link = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ten.opus`;
}, 60_000);
afterAll(async () => {
  await embedder.close();
  server.close();
});

const tenSeconds = () => {
  const bytes = readFileSync(join(folder, 'ten.wav'));
  const data = new Uint8Array(bytes.subarray(bytes.indexOf('data') + 8));
  return { samples: new Float32Array(data.buffer), sampleRate: 22_050, channels: 2 };
};

test('a 10 s stereo file in the short style: six rows, left and right by turns', async () => {
  let text = '';
  const vectors = pipeline
    .glob(join(folder, 'ten.wav'))
    .audioDecode()
    .timeWindow({ range: 10 })
    .audioEmbedding.clmr({ model: 'untrained' });
  await vectors.show({ write: (line) => (text += line) });
  expect(text).toMatch(/^\[-?[\d.e-]+, -?[\d.e-]+, -?[\d.e-]+, \.\.\.\] shape=\(6, 512\)\n$/);
  const [block] = await vectors.toVec();
  const expected = await embedder.embed({ windows: windowsOf(tenSeconds()) });
  expected.forEach((vector, row) => {
    expect(block?.row(row)).toEqual(vector);
  });
  expect(expected[0]).not.toEqual(expected[1]);
}, 60_000);

test('the style with named columns gives the same', async () => {
  const table = pipeline
    .glob(join(folder, '{ten,long}.wav'), { to: 'path' })
    .audioDecode({ from: 'path', to: 'audio' })
    .timeWindow({ from: 'audio', to: 'frames', range: 10 })
    .audioEmbedding.clmr({ from: 'frames', to: 'vecs', model: 'untrained' });
  const rows = await table.toList();
  expect(rows.map(({ path, frames, vecs }) => [path, frames.startSeconds, vecs.shape])).toEqual([
    [join(folder, 'long.wav'), 0, [3, 512]],
    [join(folder, 'long.wav'), 10, [3, 512]],
    [join(folder, 'long.wav'), 20, [1, 512]],
    [join(folder, 'ten.wav'), 0, [6, 512]],
  ]);
  const vectors = await table.select('vecs').toVec();
  expect(vectors.map(({ data }) => data)).toEqual(rows.map(({ vecs }) => vecs.data));
}, 60_000);

test('links, frames in memory and whole files give the rows of the file', async () => {
  const open = createPipeline({ embedder, allowFetch: ['127.0.0.1'], temporaryFolder: fetched });
  const [fromFile, fromOpus] = await pipeline
    .glob([join(folder, 'ten.wav'), join(folder, 'ten.opus')])
    .audioDecode()
    .audioEmbedding.clmr()
    .toVec();
  const [fromLink, fromMemory] = await open
    .dc([link, tenSeconds()])
    .audioDecode()
    .timeWindow({ range: 10 })
    .audioEmbedding.clmr()
    .toVec();
  expect(fromFile?.shape).toEqual([6, 512]);
  expect(fromLink?.data).toEqual(fromOpus?.data);
  expect(fromMemory?.data).toEqual(fromFile?.data);
  expect(existsSync(fetched) ? readdirSync(fetched) : []).toEqual([]);
  await expect(pipeline.glob(link).audioDecode().audioEmbedding.clmr().toVec()).rejects.toMatchObject({
    code: 'SOURCE_FORBIDDEN',
  });
}, 60_000);

test('too short, missing and aborted end with their codes', async () => {
  const run = (name: string, other: Pipeline = pipeline) =>
    other
      .dc([join(folder, name)])
      .audioDecode()
      .timeWindow({ range: 10 })
      .audioEmbedding.clmr()
      .toVec();
  await expect(run('short.wav')).rejects.toMatchObject({
    code: 'AUDIO_TOO_SHORT',
    message: expect.stringContaining('short.wav'),
  });
  await expect(run('missing.wav')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  await expect(
    run('ten.wav', createPipeline({ embedder, signal: AbortSignal.abort() })),
  ).rejects.toMatchObject({
    code: 'CANCELLED',
  });
}, 60_000);

test('a run that makes its own processes ends them, also when the reader stops early', async () => {
  const children = () =>
    execFileSync('pgrep', ['-P', `${process.pid}`, '-f', 'child-main'], { encoding: 'utf8' }).trim();
  const before = children();
  const vectors = createPipeline()
    .glob([join(folder, 'long.wav'), join(folder, 'ten.wav')])
    .audioDecode()
    .timeWindow({ range: 3 })
    .audioEmbedding.clmr({ model: 'untrained' });
  for await (const { shape } of vectors) {
    expect(shape).toEqual([1, 512]);
    expect(children()).not.toBe(before);
    break;
  }
  expect(children()).toBe(before);
}, 60_000);
