import type { SoundalikeError } from '@soundalike/core';
import { redactUrl, visible } from '@soundalike/core/text';

/** Where a verb's words go: results to stdout, everything else to stderr. None of it but `draw` shows a URL's secrets, or signs that terminals obey. */
export interface Output {
  /** Standard error is a terminal: progress bars and colours are welcome. */
  readonly isTerminal: boolean;
  /** With `--json`: one document on stdout and nothing else. */
  json: boolean;
  /** A line (or lines) of the result for people. Silent with `--json`. */
  print(text: string): void;
  /** A result that programs read, a table or a playlist: as it is, with `--json` and without; only a terminal is shown what it would obey. */
  data(text: string): void;
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
    if (!this.json) streams.stdout.write(`${shown(text)}\n`);
  },
  data(text) {
    const isTerminal = streams.stdout.isTTY === true;
    streams.stdout.write(`${isTerminal ? shown(text.replaceAll('\r\n', '\n')) : redactUrl(text)}\n`);
  },
  document(value) {
    if (this.json) streams.stdout.write(`${toJson(value)}\n`);
  },
  note(text) {
    streams.stderr.write(`${shown(text)}\n`);
  },
  draw(text) {
    streams.stderr.write(text);
  },
  error(error) {
    if (this.json) {
      const { code, message, detail, fields } = error;
      streams.stdout.write(`${toJson({ error: { code, message, detail, fields } })}\n`);
    }
    streams.stderr.write(`${shown(formatError(error))}\n`);
  },
});

const shown = (text: string): string => visible(redactUrl(text));

const toJson = (value: unknown): string =>
  withNumbersInLines(
    JSON.stringify(value, (_key, part) => (typeof part === 'string' ? redactUrl(part) : part), 2),
  );

/** Lists of numbers, a waveform's hundreds most of all, in one line each; line feeds of texts are escaped and stay out of this. */
const withNumbersInLines = (json: string): string =>
  json.replace(
    /\[\n\s+(-?\d[^\]"{}[]*?)\n\s+\]/g,
    (_, numbers: string) => `[${numbers.replace(/\n\s+/g, ' ')}]`,
  );

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
