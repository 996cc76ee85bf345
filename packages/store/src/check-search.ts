import { SoundalikeError } from '@soundalike/core';
import { DIMENSION, type SearchOptions } from './vector-store.ts';

/** Most results a vector: what Milvus answers in one request with room to spare. */
const MAX_K = 1_000;

/** @throws SoundalikeError `INPUT_INVALID` naming what is wrong with a search */
export const checkSearch = ({ vectors, k }: SearchOptions): void => {
  if (!Number.isInteger(k) || k < 1 || k > MAX_K)
    throw invalid('k', `must be a whole number from 1 to ${MAX_K}, got ${k}`);
  vectors.forEach((vector, at) => {
    if (vector.length !== DIMENSION)
      throw invalid('vectors', `must have ${DIMENSION} floats; number ${at} has ${vector.length}`);
    let sum = 0;
    for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) ** 2;
    if (!(sum > 0 && sum < Infinity))
      throw invalid('vectors', `must be finite and not zero; number ${at} is not`);
  });
};

const invalid = (field: string, reason: string) =>
  new SoundalikeError('INPUT_INVALID', `The search's ${field} ${reason}`, { fields: { field } });
