import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { createWaveformCache } from './waveform-cache.ts';

const WAVE = { durationSeconds: 1.5, peaks: [0, 0.5, 1] };

test('keeps waveforms over a restart; a damaged file is a miss; a folder that cannot be written costs nothing', async () => {
  const folder = join(temporaryFolder('waveforms'), 'kept');
  await createWaveformCache(folder).write('a', WAVE);
  expect(await createWaveformCache(folder).read('a')).toEqual(WAVE);
  expect(await createWaveformCache(folder).read('b')).toBeUndefined();
  writeFileSync(join(folder, 'c.json'), '{"peaks"');
  expect(await createWaveformCache(folder).read('c')).toBeUndefined();
  await createWaveformCache(join(folder, 'a.json', 'below')).write('a', WAVE);
});

test('stays bounded: the oldest go', async () => {
  const folder = temporaryFolder('waveforms-many');
  for (let i = 0; i < 30; i++) writeFileSync(join(folder, `old${i}.json`), JSON.stringify(WAVE));
  const cache = createWaveformCache(folder, 10);
  await cache.write('new', WAVE);
  expect(readdirSync(folder)).toHaveLength(9);
  expect(await cache.read('new')).toEqual(WAVE);
});
