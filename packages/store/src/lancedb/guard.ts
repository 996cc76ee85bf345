import { isSoundalikeError, SoundalikeError } from '@soundalike/core';

/** Reasons that lie in the surroundings, not in what was asked: the disk, its permissions, its limits. */
const AWAY =
  /no space left|permission denied|read-only file system|too many open files|input\/output error|disk quota/i;

/** Runs a LanceDB call and gives its failure a code: `STORE_UNAVAILABLE` for the disk's fault, else `STORE_REJECTED`. */
export const guard = async <T>(folder: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (isSoundalikeError(error)) throw error;
    const detail = (error as Error).message ?? String(error);
    const code = AWAY.test(detail) ? 'STORE_UNAVAILABLE' : 'STORE_REJECTED';
    throw new SoundalikeError(code, `LanceDB in ${folder}: ${detail.split('\n')[0]?.slice(0, 300)}`, {
      detail,
      cause: error,
    });
  }
};
