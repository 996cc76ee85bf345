import type { SoundalikeError } from '@soundalike/core';

/** Where a verb's words go: results to stdout, everything else to stderr. */
export interface Output {
  /** Standard error is a terminal: progress bars and colours are welcome. */
  readonly isTerminal: boolean;
  /** With `--json`: one document on stdout and nothing else. */
  json: boolean;
  /** A line (or lines) of the result for people. Silent with `--json`. */
  print(text: string): void;
  /** The result as one JSON document. Silent without `--json`. */
  document(value: unknown): void;
  /** A remark beside the result, on stderr. */
  note(text: string): void;
  /** Text as it is, on stderr: what a terminal draws over. */
  draw(text: string): void;
  /** A failure: code, message, the tool's own words, the way out. */
  error(error: SoundalikeError): void;
}

export const createOutput = (streams: {
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
}): Output => ({
  isTerminal: streams.stderr.isTTY === true,
  json: false,
  print(text) {
    if (!this.json) streams.stdout.write(`${shown(text, streams.stdout)}\n`);
  },
  document(value) {
    if (this.json) streams.stdout.write(`${withNumbersInLines(JSON.stringify(value, null, 2))}\n`);
  },
  note(text) {
    streams.stderr.write(`${shown(text, streams.stderr)}\n`);
  },
  draw(text) {
    streams.stderr.write(text);
  },
  error(error) {
    if (this.json) {
      const { code, message, detail, fields } = error;
      streams.stdout.write(`${JSON.stringify({ error: { code, message, detail, fields } }, null, 2)}\n`);
    }
    streams.stderr.write(`${shown(formatError(error), streams.stderr)}\n`);
  },
});

/** Lists of numbers, a waveform's hundreds most of all, in one line each; line feeds of texts are escaped and stay out of this. */
const withNumbersInLines = (json: string): string =>
  json.replace(
    /\[\n\s+(-?\d[^\]"{}[]*?)\n\s+\]/g,
    (_, numbers: string) => `[${numbers.replace(/\n\s+/g, ' ')}]`,
  );

/** File names and servers' words may hold what terminals obey; a terminal is shown it, files and pipes get it as it is. */
const shown = (text: string, { isTTY }: { isTTY?: boolean }): string =>
  isTTY === true
    ? text.replace(CONTROLS, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)
    : text;

/** Control characters but tab and line feed. */
const CONTROLS = /[^\P{Cc}\t\n]/gu;

const formatError = (error: SoundalikeError): string =>
  [
    `soundalike: ${error.message} [${error.code}]`,
    ...(error.detail ? [indented(error.detail)] : []),
    ...(error.code === 'INTERNAL' ? [indented(stackOf(error))] : []),
    `  ${error.policy.help}`,
  ].join('\n');

const indented = (text: string) => `  ${text.trim().replaceAll('\n', '\n  ')}`;

/** A command line has no log besides what it prints: what nobody foresaw is shown whole. */
const stackOf = (error: SoundalikeError): string =>
  (error.cause instanceof Error ? error.cause.stack : error.stack) ?? '';
