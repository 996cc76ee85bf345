import { SoundalikeError } from '@soundalike/core';
import type { OptionValue } from './verb.ts';

/** Addresses that only this machine reaches. */
const LOOPBACK = /^(127(\.\d{1,3}){3}|\[?::1\]?|localhost)$/i;

export const isLoopbackHost = (host: string): boolean => LOOPBACK.test(host);

/** Where a server of ours listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Only this machine reaches it. */
  readonly isLoopback: boolean;
}

/**
 * `--host` and `--port` of a verb, else the settings.
 *
 * @throws SoundalikeError `INPUT_INVALID` for a port that is none
 */
export const readListenAddress = (
  options: { readonly host?: OptionValue; readonly port?: OptionValue },
  settings: { readonly host: string; readonly port: number },
): ListenAddress => {
  const host = typeof options.host === 'string' ? options.host : settings.host;
  return { host, port: readPort(options.port) ?? settings.port, isLoopback: isLoopbackHost(host) };
};

const readPort = (text: OptionValue): number | undefined => {
  if (typeof text !== 'string') return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new SoundalikeError('INPUT_INVALID', `--port must be an integer from 0 to 65535, got "${text}"`);
};
