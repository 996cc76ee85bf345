import type { Catalogue } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { hashOf } from './hash-of.ts';

/** How long one request may hold its idempotency key, ms. */
const LEASE_MS = 600_000;

/** Does work once for a key; the same request again gets the first answer, another one under this key is refused. */
export const answerOnce = async <Answer>(
  key: string | undefined,
  fingerprint: string,
  work: () => Promise<Answer>,
  catalogue: Catalogue,
): Promise<Answer> => {
  if (key === undefined) return work();
  const name = `idempotency:${key}`;
  const holder = hashOf(`${Math.random()}`);
  const conflict = (reason: string) =>
    new SoundalikeError('IDEMPOTENCY_CONFLICT', `The Idempotency-Key "${key}" ${reason}`);
  if (!(await catalogue.acquireLease({ name, holder, leaseMs: LEASE_MS })))
    throw conflict('is being worked on; send the request again in a moment');
  try {
    const before = await catalogue.findAnswer(key);
    if (before && before.fingerprint !== fingerprint) throw conflict('was used for another request');
    if (before) return JSON.parse(before.answer) as Answer;
    const answer = await work();
    await catalogue.keepAnswer({ key, fingerprint, answer: JSON.stringify(answer) });
    return answer;
  } finally {
    await catalogue.releaseNamedLease({ name, holder });
  }
};
