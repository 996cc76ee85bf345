import type { Config } from '@soundalike/core';
import { formatHelp, formatVerbHelp } from './help.ts';
import type { Output } from './output.ts';
import { VERBS } from './verbs.ts';
import { readVersion } from './version.ts';

export interface CliOptions {
  readonly argv: readonly string[];
  /** Reads the settings; called only by verbs that run, so that `--help` works with a wrong setting. */
  readSettings(): Promise<Config>;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Runs one command line and resolves to its exit code; errors are printed, never thrown. */
export const runCli = async (options: CliOptions): Promise<number> => {
  const { argv, output } = options;
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    output.print((await helpAbout(rest[0])) ?? formatHelp(VERBS));
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v') {
    output.print(readVersion());
    return 0;
  }
  // Help and version load no package at all.
  const { runVerb } = await import('./run-verb.ts');
  return runVerb(name, rest, options);
};

const helpAbout = async (name: string | undefined): Promise<string | undefined> => {
  const entry = VERBS.find((candidate) => candidate.name === name);
  return entry && formatVerbHelp(entry, await entry.load());
};
