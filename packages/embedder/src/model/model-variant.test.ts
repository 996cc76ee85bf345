import { loadModel } from './load-model.ts';
import { modelVariant } from './model-variant.ts';

test('a variant has a space of its own exactly where something differs', async () => {
  const model = await loadModel({ name: 'untrained' });
  const { info } = model;
  const spaceOf = (variant: Parameters<typeof modelVariant>[1]) => modelVariant(model, variant).info.space;
  expect(spaceOf({})).toBe(info.space);
  expect(spaceOf({ hopSamples: info.hopSamples, transform: info.transform })).toBe(info.space);
  const others = [
    spaceOf({ hopSamples: info.hopSamples / 3 }),
    spaceOf({ coverage: 'sampled:10' }),
    spaceOf({ coverage: 'sampled:11' }),
    spaceOf({ transform: { mean: info.transform.mean.map((value) => value + 1) } }),
  ];
  expect(new Set([info.space, ...others]).size).toBe(5);
  // How scores are read is no part of where vectors are.
  expect(spaceOf({ calibration: { ...info.calibration, slope: 1 } })).toBe(info.space);
});
