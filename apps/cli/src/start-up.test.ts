import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VERBS } from './verbs.ts';

/** Modules that a file imports when it is loaded; types and `import()` are not among them. */
const importsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^'";]*? from )?'([^']+)'/gm)].map(
    ([, name]) => name as string,
  );

/** Our own files by path, packages by name; `into` says which packages of the workspace are walked into. */
const loadedBy = (
  path: string,
  into: (name: string) => boolean = () => false,
  seen = new Set<string>(),
): Set<string> => {
  for (const name of importsOf(path)) {
    const key = name.startsWith('.') ? join(dirname(path), name) : into(name) ? require.resolve(name) : name;
    if (seen.has(key)) continue;
    seen.add(key);
    if (key.startsWith('/')) loadedBy(key, into, seen);
  }
  return seen;
};

const packagesOf = (file: string, into?: (name: string) => boolean) =>
  [...loadedBy(join(__dirname, file), into)].filter(
    (name) => !name.startsWith('/') && !name.startsWith('node:'),
  );

test('the overview and --version load no package but a few lines on text, so that they answer at once', () => {
  const isOurs = (name: string) => name.startsWith('@soundalike/');
  expect(packagesOf('main.ts')).toEqual(['@soundalike/core/text']);
  expect(packagesOf('main.ts', isOurs)).toEqual([]);
});

test('what a verb of every kind needs, @soundalike/core alone, is found by the same walk', () => {
  expect(packagesOf('run-verb.ts')).toEqual(['@soundalike/core']);
});

test('a dry run loads no network, nothing that stores vectors, no web server and no metrics', () => {
  const isOurs = (name: string) => name.startsWith('@soundalike/');
  const packages = packagesOf('verbs/ingest.ts', isOurs);
  expect(packages).toContain('ipaddr.js');
  const heavy = /onnxruntime|lancedb|milvus|bullmq|fastify|prom-client|bull-board/;
  expect(packages.filter((name) => heavy.test(name))).toEqual([]);
});

test('the thread that reads sources loads what reads them alone', () => {
  const isOurs = (name: string) => name.startsWith('@soundalike/');
  const packages = packagesOf('../../ingest/src/sources/reading/read-main.ts', isOurs);
  expect(packages.sort()).toEqual(['chardet', 'csv-parse/sync', 'iconv-lite', 'ipaddr.js', 'papaparse']);
});

test('each verb of the table is the one of its file', async () => {
  for (const { name, load } of VERBS) {
    const verb = await load();
    expect(verb.examples.join('\n')).toContain(`soundalike ${name}`);
  }
}, 60_000);
