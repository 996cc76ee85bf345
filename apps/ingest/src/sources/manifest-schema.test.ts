import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestJsonSchema, manifestRowSchema, outsideJobSchema } from './manifest-schema.ts';

test('docs/manifest.schema.json is what the code says (node scripts/write-schemas.mjs writes it)', () => {
  const path = join(__dirname, '../../../../docs/manifest.schema.json');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(manifestJsonSchema());
});

test('rows as people write them pass', () => {
  for (const row of [
    { id: 'X-1', path: 'a.mp3', tags: 'calm;live', year: '1999', mood: 'blue' },
    { url: 'https://x.example/a.mp3', tags: ['calm'], year: 1999, bpm: 120, isrc: 'GBAYE0601498' },
  ])
    expect(manifestRowSchema.safeParse(row).success).toBe(true);
  expect(manifestRowSchema.safeParse({ path: 7 }).success).toBe(false);
});

test.each([
  [{ v: 2, source: 'x' }, 'v'],
  [{ v: 1 }, 'source'],
  [{ v: 1, source: 'm/a.mp3', extra: 1 }, ''],
  [{ v: 1, source: 'm/a.mp3', metadata: { year: 'soon' } }, 'metadata.year'],
])('a job %j is refused for %s', (job, field) => {
  const { error } = outsideJobSchema.safeParse(job);
  expect(error?.issues[0]?.path.join('.')).toBe(field);
});
