import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { readForeignWeights } from '../convert/read-foreign-weights.ts';
import { createSession, goldenClips } from '../index.ts';
import { InferenceSession, Tensor } from '../onnxruntime/index.ts';
import type { Session } from '../session.ts';
import { LEVEL_TENSOR } from './architecture.ts';
import { buildOnnx } from './build-onnx.ts';
import { randomWeights } from './random-weights.ts';
import { readWeights, weightsToBytes } from './weights.ts';

const folder = temporaryFolder('level');
const [tones, , noise] = goldenClips() as [Float32Array, Float32Array, Float32Array];
const rms = (clip: Float32Array) =>
  Math.sqrt(clip.reduce((sum, value) => sum + value * value, 0) / clip.length);
const scaled = (clip: Float32Array, gain: number) => clip.map((value) => value * gain);
const atDb = (clip: Float32Array, db: number) => scaled(clip, 10 ** (db / 20) / rms(clip));
const largestDifference = (a: Float32Array, b: Float32Array) =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)))) / Math.max(...a.map(Math.abs));

const plain = randomWeights(7);
const weights = new Map([...plain, [LEVEL_TENSOR, Float32Array.of(0.1, 0.001)]]);
let session: Session;
let raw: Session;

beforeAll(async () => {
  session = await createSession({ weights, provider: 'cpu' });
  raw = await createSession({ weights: plain, provider: 'cpu' });
});

test('a window is heard at the level of the weights, however loud it is', async () => {
  const expected = await raw.run(atDb(tones, -20), 1);
  for (const db of [0, -12, -45, -60])
    expect(largestDifference(expected, await session.run(atDb(tones, db), 1))).toBeLessThan(1e-4);
  expect(largestDifference(expected, await raw.run(atDb(tones, -45), 1))).toBeGreaterThan(0.1);
});

test('below the lowest level no more is added, and silence stays silence', async () => {
  const quieter = await session.run(atDb(noise, -70), 1);
  expect(largestDifference(quieter, await raw.run(atDb(noise, -30), 1))).toBeLessThan(1e-4);
  const silence = new Float32Array(tones.length);
  expect(await session.run(silence, 1)).toEqual(await raw.run(silence, 1));
});

test('each window is judged by itself: batch mates change no bit', async () => {
  const clips = Array.from({ length: 7 }, (_, i) =>
    atDb(
      noise.map((value, at) => value * Math.sin(at * (i + 1))),
      -7 * i,
    ),
  );
  const batch = new Float32Array(clips.length * tones.length);
  clips.forEach((clip, i) => {
    batch.set(clip, i * clip.length);
  });
  const together = await session.run(batch, clips.length);
  for (const [i, clip] of clips.entries())
    expect(await session.run(clip, 1)).toEqual(together.slice(i * 512, (i + 1) * 512));
});

test('it is part of the weights: kept in safetensors and ONNX, checked when read', async () => {
  expect(readWeights(weightsToBytes(weights), 'mine').get(LEVEL_TENSOR)).toEqual(weights.get(LEVEL_TENSOR));
  expect(readWeights(weightsToBytes(plain), 'mine').has(LEVEL_TENSOR)).toBe(false);
  for (const form of ['fast', 'plain'] as const) {
    const path = join(folder, `${form}.onnx`);
    writeFileSync(path, buildOnnx(weights, form));
    const exported = await InferenceSession.create(path);
    const { embedding } = await exported.run({
      audio: new Tensor('float32', atDb(tones, -33), [1, tones.length]),
    });
    const expected = await session.run(atDb(tones, -33), 1);
    expect(largestDifference(expected, embedding?.data as Float32Array)).toBeLessThan(1e-4);
    expect((await readForeignWeights(path)).get(LEVEL_TENSOR)).toEqual(weights.get(LEVEL_TENSOR));
  }
  const wrong = weightsToBytes(new Map([...plain, [LEVEL_TENSOR, Float32Array.of(0.1, 0)]]));
  expect(() => readWeights(wrong, 'mine')).toThrow(/input\.level is not two levels above 0/);
});
