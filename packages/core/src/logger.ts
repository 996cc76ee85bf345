import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { redactUrl } from './redact-url.ts';

export type { Logger } from 'pino';

/**
 * A structured logger on stderr (stdout belongs to results): readable lines on a terminal, JSON lines elsewhere. Links are in it without their
 * passwords.
 *
 * @param options.level pino level; `silent` for tests.
 */
export const createLogger = (options: { level: string; isTerminal: boolean }): Logger => {
  const stream = options.isTerminal
    ? pretty({ destination: 2, sync: true, colorize: true, ignore: 'pid,hostname' })
    : pino.destination({ dest: 2, sync: true });
  return pino({ level: options.level, hooks: { streamWrite: redactUrl } }, stream);
};

/** A logger that says nothing, for tests and for commands whose output is the result. */
export const silentLogger = (): Logger => pino({ level: 'silent' });
