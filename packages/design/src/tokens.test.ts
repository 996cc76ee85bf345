import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (what is not text). */
const TEXT = 4.5;
const SHAPE = 3;

const ROOT = join(__dirname, '../../..');
const FOLDERS = ['packages/design/src', 'apps/query/web/src', 'apps/ingest/web/src'];
const SURFACES = ['paper', 'surface', 'raised', 'sunken'];

const themes = readThemes(readFileSync(join(__dirname, 'tokens.css'), 'utf8'));
const css = FOLDERS.flatMap((folder) =>
  (readdirSync(join(ROOT, folder), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.css'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
).join('\n');

describe.each(Object.keys(themes))('in the %s theme', (theme) => {
  const contrast = (front: string, back: string) => contrastOf(colour(theme, front), colour(theme, back));

  test.each(
    ['ink', 'ink-2', 'ink-3', 'a', 'b', 'bad'].flatMap((front) =>
      SURFACES.filter((back) => back !== 'sunken' || front.startsWith('ink')).map((back) => [front, back]),
    ),
  )('%s can be read on %s', (front, back) => {
    expect(contrast(front, back)).toBeGreaterThanOrEqual(TEXT);
  });

  test.each(pairsOf(css))('%s can be read on %s, as a rule sets them', (front, back) => {
    expect(contrast(front, back)).toBeGreaterThanOrEqual(TEXT);
  });

  test.each(
    ['line-strong', 'wave', 'a', 'b'].flatMap((front) =>
      ['paper', 'surface', 'raised'].map((back) => [front, back]),
    ),
  )('shapes of %s can be seen on %s', (front, back) => {
    expect(contrast(front, back)).toBeGreaterThanOrEqual(SHAPE);
  });

  test('the two sides differ from each other and from what is not heard yet', () => {
    expect(colour(theme, 'a')).not.toEqual(colour(theme, 'b'));
    expect(contrast('a', 'wave')).toBeGreaterThan(1.5);
    expect(contrast('b', 'wave')).toBeGreaterThan(1.5);
  });
});

test('black on white is 21:1, and the rules are found', () => {
  expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(pairsOf(css).length).toBeGreaterThan(5);
});

test('every token that a rule uses is defined in both themes or in neither', () => {
  const [light = {}, dark = {}] = Object.values(themes);
  expect(Object.keys(dark).filter((name) => !(name in light))).toEqual([]);
  const used = new Set([...css.matchAll(/var\(--([\w-]+)/g)].map(([, name]) => name as string));
  const defined = new Set([...css.matchAll(/--([\w-]+):/g)].map(([, name]) => name as string));
  expect([...used].filter((name) => !defined.has(name))).toEqual([]);
});

/** Colours by theme and name. */
function readThemes(text: string): Record<string, Record<string, string>> {
  const [, light = '', dark = ''] = text.split(/:root(?:\[data-theme="dark"\])? \{/);
  const read = (block: string) =>
    Object.fromEntries(
      [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
    );
  return { light: read(light), dark: read(dark) };
}

function colour(theme: string, name: string): string {
  const value = themes[theme]?.[name];
  if (!value) throw new Error(`tokens.css has no colour --${name} in the ${theme} theme`);
  return value;
}

/** Text and background that one rule sets together. */
function pairsOf(text: string): string[][] {
  const pairs = [...text.matchAll(/\{([^{}]*)\}/g)].flatMap(([, body = '']) => {
    const front = /(?:^|[\s;])color: var\(--([\w-]+)\)/.exec(body)?.[1];
    const back = /background: var\(--([\w-]+)\)/.exec(body)?.[1];
    return front && back ? [`${front} ${back}`] : [];
  });
  return [...new Set(pairs)].map((pair) => pair.split(' '));
}

/** WCAG's contrast ratio of two colours, 1..21. */
function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance of an sRGB colour, as WCAG defines it. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
