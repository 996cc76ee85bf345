import { createHash, randomBytes } from 'node:crypto';

/** What every key begins with, so that people and secret scanners know one when they see it. */
export const KEY_PREFIX = 'soundalike_';

/** A key: the prefix and 256 random bits as base64url. */
const KEY = new RegExp(`^${KEY_PREFIX}[A-Za-z0-9_-]{43}$`);

export interface NewKey {
  /** Shown once, kept nowhere. */
  readonly key: string;
  /** Short name of the key, not secret. */
  readonly id: string;
  /** What is kept of it. */
  readonly hash: string;
}

/** Makes a key of 256 random bits. */
export const createApiKey = (): NewKey => {
  const key = `${KEY_PREFIX}${randomBytes(32).toString('base64url')}`;
  return { key, id: randomBytes(6).toString('hex'), hash: hashSecret(key) };
};

/** Whether a text has the form of a key; what has not need not be looked up. */
export const isApiKey = (text: string): boolean => KEY.test(text);

/**
 * What is kept of a key or a session's token. Plain SHA-256 is right here: slow, salted hashes protect secrets that people choose, which can be
 * guessed. 256 random bits cannot, at any speed, and a slow hash for every request would be a gift to whoever wants the server busy.
 */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
