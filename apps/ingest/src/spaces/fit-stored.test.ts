import { createTransformFit, loadModel, modelVariant } from '@soundalike/embedder';
import { fillSpace } from './filled-spaces.fixture.ts';
import { fitStored } from './fit-stored.ts';
import type { OpenSpace } from './open-space.ts';

const signal = new AbortController().signal;

test('what is fitted to stored vectors is what the raw ones would give', async () => {
  const loaded = modelVariant(await loadModel({ name: 'untrained' }), {
    transform: { mean: new Float32Array(512).fill(0.3) },
  });
  const { transform } = loaded.info;
  const { catalogue, store, raws } = await fillSpace({ tracks: 60, clips: 3, transform });
  const space: OpenSpace = { store, loaded, model: loaded.info, coverage: 'full' };
  const fit = (shrinkage: number | undefined, tracks = 1_000) =>
    fitStored({ catalogue, space, tracks, shrinkage, signal });
  const direct = createTransformFit();
  for (const raw of raws.values()) for (const vector of raw) direct.add(vector);

  const centred = await fit(undefined);
  expect(centred).toMatchObject({ tracks: 60, clips: 180 });
  centred.transform.mean.forEach((value, at) => {
    expect(value).toBeCloseTo(direct.finish(undefined).mean[at] as number, 4);
  });
  const [whitened, expected] = [(await fit(0.3)).transform.whitening, direct.finish(0.3).whitening];
  let furthest = 0;
  whitened?.forEach((value, at) => {
    furthest = Math.max(furthest, Math.abs(value - (expected?.[at] ?? Number.POSITIVE_INFINITY)));
  });
  expect(whitened).toHaveLength(512 ** 2);
  expect(furthest).toBeLessThan(1e-3);
  await expect(fit(0)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(fit(0.3, 20)).rejects.toThrow('at least 100 clips');
});
