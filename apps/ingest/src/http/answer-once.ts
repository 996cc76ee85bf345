import type { Catalogue } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { hashOf } from './hash-of.ts';

/** How long one request may hold its idempotency key, ms. */
const LEASE_MS = 600_000;

/** Does work once for a key; the same request again gets the first answer, another one under this key is refused. @throws SoundalikeError `IDEMPOTENCY_IN_PROGRESS`, `IDEMPOTENCY_CONFLICT` */
export const answerOnce = async <Answer>(
  key: string | undefined,
  fingerprint: string,
  work: () => Promise<Answer>,
  catalogue: Catalogue,
): Promise<Answer> => {
  if (key === undefined) return work();
  const name = `idempotency:${key}`;
  const holder = hashOf(`${Math.random()}`);
  if (!(await catalogue.acquireLease({ name, holder, leaseMs: LEASE_MS })))
    throw new SoundalikeError(
      'IDEMPOTENCY_IN_PROGRESS',
      `A request with the Idempotency-Key "${key}" is being worked on`,
    );
  try {
    const before = await catalogue.findAnswer(key);
    if (before && before.fingerprint !== fingerprint)
      throw new SoundalikeError(
        'IDEMPOTENCY_CONFLICT',
        `The Idempotency-Key "${key}" was used for another request`,
      );
    if (before) return JSON.parse(before.answer) as Answer;
    const answer = await work();
    await catalogue.keepAnswer({ key, fingerprint, answer: JSON.stringify(answer) });
    return answer;
  } finally {
    await catalogue.releaseNamedLease({ name, holder });
  }
};
