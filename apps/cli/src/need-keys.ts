import type { Catalogue } from '@soundalike/catalogue';
import { type Config, SoundalikeError } from '@soundalike/core';
import { isLoopbackHost } from './listen-address.ts';

/**
 * Whether a server at this address asks for keys: unless only this machine reaches it, under loopback names.
 *
 * @throws SoundalikeError `CONFIG_INVALID` for KEYS=off where others reach it
 */
export const needsKeys = (
  host: string,
  { keys, allowedHosts }: Pick<Config, 'keys' | 'allowedHosts'>,
): boolean => {
  const isLocal = isLoopbackHost(host);
  if (keys === 'off' && !isLocal)
    throw new SoundalikeError(
      'CONFIG_INVALID',
      `KEYS=off with HOST=${host}: other machines reach it. Leave KEYS out, or listen at 127.0.0.1 behind a proxy that lets nobody else in`,
      { fields: { setting: 'KEYS' } },
    );
  if (keys !== 'auto') return keys === 'required';
  return !isLocal || allowedHosts.some((name) => !isLoopbackHost(name.replace(/:\d+$/, '')));
};

/** @throws SoundalikeError `CONFIG_INVALID` where keys are needed and nobody has one */
export const checkSomeKey = async (catalogue: Catalogue, host: string): Promise<void> => {
  const keys = await catalogue.listKeys();
  if (keys.some(({ revokedAt }) => revokedAt === null)) return;
  throw new SoundalikeError(
    'CONFIG_INVALID',
    `At HOST=${host} others can reach this server, and there is no key yet. Make one: soundalike keys create --name me --scope admin. Or listen at 127.0.0.1 for this machine alone`,
    { fields: { setting: 'HOST' } },
  );
};
