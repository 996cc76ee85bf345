import type { Context } from './context.ts';
import type { Output } from './output.ts';

export type OptionValue = string | boolean | (string | boolean)[] | undefined;

export interface VerbOption {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** Shown in `--help`. */
  readonly help: string;
  /** Name of the value in `--help`, for string options. */
  readonly value?: string;
}

export interface Invocation {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly context: Context;
  readonly output: Output;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** A verb as its own file declares it. `run` resolves to the exit code. */
export interface Verb {
  /** What follows the name, e.g. `<folder | manifest.csv>`. */
  readonly usage: string;
  /** Most words that may follow it, options aside, or for a verb with actions those that may follow each; none where nothing is said. */
  readonly takes?: number | Readonly<Record<string, number>>;
  readonly options: Readonly<Record<string, VerbOption>>;
  readonly examples: readonly string[];
  run(invocation: Invocation): Promise<number>;
}

/** One row of the table of verbs: enough for the overview without loading what the verb needs. */
export interface VerbEntry {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  load(): Promise<Verb>;
}

/** Declares a verb; only fixes the type. */
export const defineVerb = (verb: Verb): Verb => verb;
