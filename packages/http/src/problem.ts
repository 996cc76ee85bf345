import { ERROR_TABLE, type ErrorCode, type SoundalikeError } from '@soundalike/core';
import { z } from 'zod';

/** An error answer as RFC 9457 wants it, with the code of the error table. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  /** Id of the request, to find it in the log. */
  instance: z.string(),
  /** What the tool that failed said. */
  words: z.string().optional(),
});

export type Problem = z.infer<typeof problemSchema>;

/** The answer for an error. What went wrong inside is for the log: messages of 5xx that nobody outside can act on are not sent. */
export const toProblem = (error: SoundalikeError, requestId: string): Problem => {
  const { status, help } = ERROR_TABLE[error.code];
  const isInternal = error.code === 'INTERNAL';
  return {
    type: `urn:soundalike:${error.code}`,
    title: help,
    status,
    detail: isInternal
      ? 'An unexpected error; the log has the details under this request id.'
      : error.message,
    code: error.code,
    instance: requestId,
    ...(error.detail && !isInternal ? { words: error.detail } : {}),
  };
};

/** The problem answers of a route for its OpenAPI description: every status that these codes can give. */
export const problemResponses = (...codes: ErrorCode[]): Record<number, typeof problemSchema> =>
  Object.fromEntries(
    [...new Set(codes.map((code) => ERROR_TABLE[code].status))].map((status) => [status, problemSchema]),
  );
