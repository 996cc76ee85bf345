import { parseArgs } from 'node:util';
import { SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { createContext } from './context.ts';
import { formatVerbHelp } from './help.ts';
import type { CliOptions } from './run-cli.ts';
import type { Verb } from './verb.ts';
import { VERBS } from './verbs.ts';

/** Finds the verb of a command line, runs it and resolves to its exit code; errors are printed, never thrown. */
export const runVerb = async (
  name: string,
  argv: string[],
  { readSettings, output, signal }: Omit<CliOptions, 'argv'>,
): Promise<number> => {
  output.json = argv.includes('--json');
  try {
    const entry = VERBS.find((candidate) => candidate.name === name);
    if (!entry)
      throw usageError(
        `There is no verb "${name}".${await guess(
          name,
          VERBS.map((known) => known.name),
        )} The verbs: ${VERBS.map((known) => known.name).join(', ')}`,
      );
    const verb = await entry.load();
    const { values, positionals } = await parse(name, verb, argv);
    if (values.help) {
      output.print(formatVerbHelp(entry, verb));
      return 0;
    }
    checkCount(name, verb, positionals);
    const context = createContext({ config: await readSettings(), isTerminal: output.isTerminal });
    try {
      return await verb.run({ positionals, options: values, context, output, signal });
    } finally {
      await context.close();
    }
  } catch (thrown) {
    const error = toSoundalikeError(thrown);
    output.error(error);
    return signal.aborted ? 130 : error.policy.exitCode;
  }
};

const parse = async (name: string, verb: Verb, argv: string[]) => {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(
          Object.entries(verb.options).map(([flag, { help: _help, value: _value, ...option }]) => [
            flag,
            option,
          ]),
        ),
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    const problem = await describeProblem(cause, [...Object.keys(verb.options), 'json', 'help']);
    throw usageError(`${problem} See: soundalike ${name} --help`, cause);
  }
};

/** What is wrong with a command line, in one sentence; Node's words on an unknown option speak of positional arguments. */
const describeProblem = async (cause: unknown, options: readonly string[]): Promise<string> => {
  const words = (cause as Error).message;
  const [, unknown] = /^Unknown option '(-[^']*)'/.exec(words) ?? [];
  if (unknown === undefined) return words.endsWith('.') ? words : `${words}.`;
  const names = options.map((option) => `--${option}`);
  return `There is no option ${unknown}.${await guess(unknown, names)}`;
};

/** Letters that may be wrong in a word for it to be meant for another. */
const MOST_TYPOS = 2;

const guess = async (word: string, known: readonly string[]): Promise<string> => {
  const { closest, distance } = await import('fastest-levenshtein');
  const nearest = closest(word, known);
  return distance(word, nearest) <= MOST_TYPOS ? ` Did you mean ${nearest}?` : '';
};

/** A word too many is a name with spaces, most often, or a wildcard: the first of them alone would be something else. */
const checkCount = (name: string, { takes = 0 }: Verb, words: readonly string[]): void => {
  const [action = '', ...rest] = words;
  if (typeof takes === 'number') checkAtMost(takes, name, words, name);
  // Of an action that there is not, the verb itself says which there are.
  else if (Object.hasOwn(takes, action)) checkAtMost(takes[action] ?? 0, `${name} ${action}`, rest, name);
};

const checkAtMost = (most: number, caller: string, words: readonly string[], verb: string): void => {
  if (words.length > most)
    throw usageError(
      `${caller} takes ${most === 0 ? 'nothing' : `at most ${most} ${most === 1 ? 'argument' : 'arguments'}`} beside its options, got ${JSON.stringify(words[most])}, too; quote names with spaces. See: soundalike ${verb} --help`,
    );
};

const usageError = (message: string, cause?: unknown) =>
  new SoundalikeError('INPUT_INVALID', message, { cause });
