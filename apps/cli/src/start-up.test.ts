import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VERBS } from './verbs.ts';

/** Modules that a file imports when it is loaded; types and `import()` are not among them. */
const importsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^'";]*? from )?'([^']+)'/gm)].map(
    ([, name]) => name as string,
  );

const loadedBy = (path: string, seen = new Set<string>()): Set<string> => {
  for (const name of importsOf(path)) {
    const key = name.startsWith('.') ? join(dirname(path), name) : name;
    if (seen.has(key)) continue;
    seen.add(key);
    if (name.startsWith('.')) loadedBy(key, seen);
  }
  return seen;
};

const packagesOf = (file: string) =>
  [...loadedBy(join(__dirname, file))].filter((name) => !name.startsWith('/') && !name.startsWith('node:'));

test('the overview and --version load no package, so that they answer at once', () => {
  expect(packagesOf('main.ts')).toEqual([]);
});

test('what a verb of every kind needs, @soundalike/core alone, is found by the same walk', () => {
  expect(packagesOf('run-verb.ts')).toEqual(['@soundalike/core']);
});

test('each verb of the table is the one of its file', async () => {
  for (const { name, load } of VERBS) {
    const verb = await load();
    expect(verb.examples.join('\n')).toContain(`soundalike ${name}`);
  }
}, 60_000);
