import { visibleLine } from '@soundalike/core';
import type { Output } from '../../output.ts';

/** Where there is no terminal, a line this often, ms. */
const LINE_EVERY_MS = 5_000;

export interface StatusLine {
  /** What is done now; drawn in place on a terminal. */
  show(text: string): void;
  /** Clears it. */
  stop(): void;
}

/** One line that says what goes on: in place on a terminal, else now and then a line. */
export const createStatusLine = (output: Output): StatusLine => {
  if (output.isTerminal)
    return {
      show: (text) =>
        output.draw(`\r\u001b[K${visibleLine(text).slice(0, (process.stderr.columns ?? 80) - 1)}`),
      stop: () => output.draw('\r\u001b[K'),
    };
  let last = Date.now();
  return {
    show: (text) => {
      if (Date.now() - last < LINE_EVERY_MS) return;
      last = Date.now();
      output.note(text);
    },
    stop: () => undefined,
  };
};
