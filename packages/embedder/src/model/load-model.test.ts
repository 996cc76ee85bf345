import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { BUNDLED_MODELS, floatsFromBase64, listModels, loadModel, saveModel } from '../index.ts';

const folder = temporaryFolder('models');
const copy = (name: string) => {
  const target = join(folder, name);
  cpSync(join(BUNDLED_MODELS, 'clmr-synth'), join(target, 'clmr-synth'), { recursive: true });
  return target;
};

describe('bundled models', () => {
  test('a trained one is the default, the untrained control comes after it', async () => {
    const models = await listModels();
    expect(models.map(({ info }) => [info.name, info.trained])).toEqual([
      ['clmr-synth', true],
      ['untrained', false],
    ]);
    expect((await loadModel()).info.name).toBe('clmr-synth');
  });

  test('each has a centre and a score curve of its own, and says what they were fitted on', async () => {
    for (const { info, manifest } of await listModels()) {
      expect(info.transform.mean.some((value) => value !== 0)).toBe(true);
      expect(info.calibration.slope).toBeGreaterThan(0);
      expect(manifest.calibration.fittedOn).toMatch(/training/);
    }
  });

  test('the trained one has golden vectors: three clips', async () => {
    const { manifest } = await loadModel({ name: 'clmr-synth' });
    expect(floatsFromBase64(manifest.golden ?? '')).toHaveLength(3 * 512);
  });
});

describe('a model folder', () => {
  test('whitening that is not the one of the manifest is refused', async () => {
    const models = copy('changed');
    const path = join(models, 'clmr-synth', 'whitening.f32');
    const bytes = readFileSync(path);
    bytes[7] = (bytes[7] as number) ^ 1;
    writeFileSync(path, bytes);
    await expect(listModels(models)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('a manifest that could not be loaded is not written', async () => {
    const models = copy('saved');
    const target = join(models, 'clmr-synth');
    const before = readFileSync(join(target, 'manifest.json'), 'utf8');
    const { manifest } = await loadModel({ name: 'clmr-synth', modelsFolder: models });
    const broken = { ...manifest, transform: { ...manifest.transform, mean: 'AAAA' } };
    await expect(saveModel({ folder: target, manifest: broken, files: {} })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
    expect(readFileSync(join(target, 'manifest.json'), 'utf8')).toBe(before);
  });
});
