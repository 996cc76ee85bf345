import { isSoundalikeError, SoundalikeError } from '@soundalike/core';

/**
 * What a multipart body failed with, in our codes. The parser throws plain errors for bodies that are not well-formed ("Unexpected end of
 * form"); those of the file system say which call failed, those of the server have a status.
 */
export const multipartError = (error: unknown): unknown => {
  if (isSoundalikeError(error) || !(error && typeof error === 'object')) return error;
  if ('syscall' in error || 'statusCode' in error) return error;
  const { message = 'it cannot be read' } = error as { message?: string };
  return new SoundalikeError(
    'INPUT_INVALID',
    `The multipart body is not well-formed: ${message.slice(0, 200)}`,
    {
      cause: error,
    },
  );
};
