import { SoundalikeError } from '@soundalike/core';

/** Largest file, and largest piece unpacked from one: CLMR's checkpoints with optimiser state are under 100 MB. */
export const MAX_BYTES = 512 * 1024 * 1024;

/** The error for a file that cannot become a model: names it, the reason and where there is one the way out. */
export const invalidFile = (name: string, reason: string, cause?: unknown) =>
  new SoundalikeError('MODEL_INVALID', `${name} cannot be converted: ${reason}`, { cause });
