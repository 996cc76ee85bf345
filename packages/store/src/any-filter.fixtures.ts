import type { Filter, FilterFields } from '@soundalike/core';
import fc from 'fast-check';

/** Strings that end a literal, start a comment or mean something to some filter language. */
const HOSTILE = [
  '',
  ' ',
  "'",
  '"',
  '\\',
  '\\\\',
  "\\'",
  '\\"',
  '`',
  '%',
  '_',
  '%%',
  'a%',
  "' OR '1'='1",
  '" or 1 == 1 or "',
  '" || true || "',
  "'; DROP TABLE tracks; --",
  '*/ /*',
  '--',
  '\n',
  '\r\n',
  '\t',
  'a\nb',
  '\u2028',
  '🎵',
  '👩‍🎤',
  'é',
  'é',
  'İ',
  'ß',
  '\u202e',
  '\ufeff',
  '{x}',
  '\u0024{x}',
  '$1',
  ':a',
  '?',
  'null',
  'NULL',
  'true',
  '0',
  '[]',
  '[1, 2]',
  'a, b',
  "a', 'b",
  '\\n',
  '\\u0041',
  '\\x41',
  '\\0',
  '\u0001',
  '\u007f',
  'a'.repeat(600),
]; // prettier-ignore

const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 2, arbitrary: fc.constantFrom('jazz', 'Jazz', 'rock', 'calm', 'live') },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0')),
  },
);

const anyYear = fc.constantFrom(0, 1, 1969, 1970, 1999, 2000, 2024, 9999);
const anyDuration = fc.oneof(
  fc.constantFrom(0, 0.1, 0.30000000000000004, 29.999999, 30, 1e-7, 3600),
  fc.double({ min: 0, max: 1e5, noNaN: true }),
);

export const anyFields: fc.Arbitrary<FilterFields> = fc.record({
  artist: anyText,
  album: anyText,
  genre: anyText,
  tags: fc.uniqueArray(anyText, { maxLength: 4 }),
  year: anyYear,
  duration: anyDuration,
});

const anyTexts = fc.oneof(anyText, fc.array(anyText, { maxLength: 4 }));
const anyTags = fc.array(anyText, { maxLength: 3 });
const anyIds = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 12 }).map((i) => `t${i}`),
    anyText,
  ),
  { maxLength: 6 },
);
const anyEnd = (values: fc.Arbitrary<number>) =>
  fc.oneof(
    { weight: 8, arbitrary: values },
    fc.constantFrom(1999.5, -1, -Infinity, Infinity, 1e21, 1e-9, -0, 5e9),
  );
const anyRange = (values: fc.Arbitrary<number>) =>
  fc.record({ from: anyEnd(values), to: anyEnd(values) }, { requiredKeys: [] });

/** One or a few parts each, so that filters are not all too strict to pass anything. */
export const anyFilter: fc.Arbitrary<Filter> = fc
  .array(
    fc.oneof(
      fc.record({ artist: anyTexts }),
      fc.record({ album: anyTexts }),
      fc.record({ genre: anyTexts }),
      fc.record({ tags: fc.record({ any: anyTags, all: anyTags, none: anyTags }, { requiredKeys: [] }) }),
      fc.record({ year: anyRange(anyYear) }),
      fc.record({ duration: anyRange(anyDuration) }),
      fc.record({ trackIds: anyIds }),
      fc.record({ excludeTrackIds: anyIds }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => Object.assign({}, ...parts) as Filter);
