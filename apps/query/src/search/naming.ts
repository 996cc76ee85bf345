import { isSoundalikeError, SoundalikeError } from '@soundalike/core';

/** Errors speak of the file that was read; whoever asked knows it by another name. */
export const naming = async <T>(name: string, path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isSoundalikeError(error) || name === path) throw error;
    throw new SoundalikeError(error.code, error.message.replaceAll(path, name), {
      cause: error,
      fields: { seed: name },
      ...(error.detail === undefined ? {} : { detail: error.detail.replaceAll(path, name) }),
    });
  }
};
