import { DIMENSION, toSpace } from '@soundalike/embedder';
import { fillSpace, noise, SPACE } from './filled-spaces.fixture.ts';
import { moveVectors } from './move-vectors.ts';

const NEXT = 'b'.repeat(16);
const signal = new AbortController().signal;

test('a space of another transform is made from stored vectors, once each, and only from what the store has', async () => {
  const next = noise(1);
  const before = { mean: Float32Array.from({ length: DIMENSION }, next) };
  const whitening = new Float32Array(DIMENSION ** 2);
  for (let i = 0; i < DIMENSION; i++) whitening[i * DIMENSION + i] = 2 + next();
  const after = { mean: Float32Array.from({ length: DIMENSION }, next), whitening };
  const { catalogue, vectors, store, raws } = await fillSpace({ tracks: 5, clips: 3, transform: before });
  await catalogue.addSpace({ name: NEXT, model: 'm', description: {} });
  const target = await vectors.openSpace(NEXT, { create: true });
  const move = () =>
    moveVectors({
      catalogue,
      from: { store, transform: before },
      to: { store: target, transform: after },
      signal,
    });
  const [lost = '', ...rest] = raws.keys();
  await store.removeTracks([lost]);
  expect(await move()).toBe(4);
  expect(await move()).toBe(0);
  expect(await target.counts()).toEqual({ tracks: 4, clips: 12 });
  expect(await catalogue.missingInSpace({ space: NEXT, from: SPACE, limit: 10 })).toEqual([lost]);

  const stored = await target.clipsOf(rest);
  const rows = await target.getTracks(rest);
  for (const trackId of rest) {
    expect(rows.get(trackId)?.fields).toEqual((await store.getTracks([trackId])).get(trackId)?.fields);
    stored.get(trackId)?.clips.forEach(({ vector, scale }, clip) => {
      const expected = toSpace(raws.get(trackId)?.[clip] as Float32Array, after);
      const cosine = vector.reduce((sum, value, at) => sum + value * (expected.vector[at] as number), 0);
      expect(cosine).toBeCloseTo(1, 5);
      expect(scale / expected.scale).toBeCloseTo(1, 4);
    });
  }
});
