import { PassThrough } from 'node:stream';
import { createOutput } from './output.ts';
import { runVerb } from './run-verb.ts';

/** Runs a command line that must fail before settings are read. */
const fail = async (name: string, ...argv: string[]) => {
  const stderr = new PassThrough();
  const output = createOutput({ stdout: new PassThrough(), stderr });
  const readSettings = () => Promise.reject(new Error('settings were read'));
  const code = await runVerb(name, argv, { readSettings, output, signal: new AbortController().signal });
  return { code, words: String(stderr.read()) };
};

test.each([
  ['doctor', ['x']],
  ['ingest', ['01', 'Substation.opus']],
  ['similar', ['01', 'Substation.opus']],
  ['queue', ['why', '01', 'Substation.opus']],
  ['index', ['verify', 'a', 'b']],
  ['queue', ['status', 'extra']],
  ['queue', ['retry', 'music/a.mp3']],
  ['index', ['list', 'x']],
  ['keys', ['list', 'x']],
  ['model', ['verify', 'a', 'b']],
  ['worker', ['now']],
])('%s with a word too many says which, and does nothing', async (name, argv) => {
  const { code, words } = await fail(name, ...argv);
  expect(code).toBe(4);
  expect(words).toContain(`got "${argv.at(-1)}", too; quote names with spaces`);
});

test.each([
  ['ingst', [], 'There is no verb "ingst". Did you mean ingest? The verbs: '],
  ['dance', [], 'There is no verb "dance". The verbs: '],
  [
    'similar',
    ['a.mp3', '--limt', '3'],
    'There is no option --limt. Did you mean --limit? See: soundalike similar --help',
  ],
  ['similar', ['a.mp3', '--volume', '3'], 'There is no option --volume. See: soundalike similar --help'],
  [
    'similar',
    ['a.mp3', '--from'],
    "Option '--from <value>' argument missing. See: soundalike similar --help",
  ],
])('%s %j is told what was meant', async (name, argv, expected) => {
  const { code, words } = await fail(name, ...argv);
  expect(code).toBe(4);
  expect(words).toContain(expected);
});
