import { parseArgs } from 'node:util';
import { type Config, SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { createContext } from './context.ts';
import { formatHelp, formatVerbHelp } from './help.ts';
import type { Output } from './output.ts';
import type { Verb } from './verb.ts';
import { VERBS } from './verbs.ts';
import { readVersion } from './version.ts';

export interface CliOptions {
  readonly argv: readonly string[];
  /** Reads the settings; called only by verbs that run, so that `--help` works with a wrong setting. */
  readSettings(): Config;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Runs one command line and resolves to its exit code; errors are printed, never thrown. */
export const runCli = async ({ argv, readSettings, output, signal }: CliOptions): Promise<number> => {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const about = rest[0] === undefined ? undefined : VERBS.find((verb) => verb.name === rest[0]);
    output.print(about ? formatVerbHelp(about) : formatHelp(VERBS));
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v') {
    output.print(readVersion());
    return 0;
  }
  output.json = rest.includes('--json');
  try {
    const verb = VERBS.find((candidate) => candidate.name === name);
    if (!verb)
      throw usageError(
        `There is no verb "${name}". The verbs: ${VERBS.map((known) => known.name).join(', ')}`,
      );
    return await runVerb(verb, rest, { readSettings, output, signal });
  } catch (thrown) {
    const error = toSoundalikeError(thrown);
    output.error(error);
    return signal.aborted ? 130 : error.policy.exitCode;
  }
};

const runVerb = async (
  verb: Verb,
  argv: string[],
  { readSettings, output, signal }: Omit<CliOptions, 'argv'>,
): Promise<number> => {
  const { values, positionals } = parse(verb, argv);
  if (values.help) {
    output.print(formatVerbHelp(verb));
    return 0;
  }
  const context = createContext({ config: readSettings(), isTerminal: output.isTerminal });
  try {
    return await verb.run({ positionals, options: values, context, output, signal });
  } finally {
    await context.close();
  }
};

const parse = (verb: Verb, argv: string[]) => {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(
          Object.entries(verb.options).map(([name, { help: _help, value: _value, ...option }]) => [
            name,
            option,
          ]),
        ),
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw usageError(
      `${cause instanceof Error ? cause.message : String(cause)} See: soundalike ${verb.name} --help`,
      cause,
    );
  }
};

const usageError = (message: string, cause?: unknown) =>
  new SoundalikeError('INPUT_INVALID', message, { cause });
