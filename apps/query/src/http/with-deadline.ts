import { SoundalikeError } from '@soundalike/core';

/**
 * Does work that is to be done in so many milliseconds. Past them its signal is aborted and the answer does not wait for what ignores that.
 *
 * @throws SoundalikeError `TIMEOUT`
 */
export const withDeadline = async <T>(
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const deadline = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new SoundalikeError('TIMEOUT', `The search took longer than ${milliseconds / 1000} s`));
      deadline.abort();
    }, milliseconds);
  });
  try {
    return await Promise.race([work(AbortSignal.any([signal, deadline.signal])), late]);
  } finally {
    clearTimeout(timer);
  }
};
