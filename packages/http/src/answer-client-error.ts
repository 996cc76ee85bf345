import { randomUUID } from 'node:crypto';
import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Logger, SoundalikeError } from '@soundalike/core';
import { toProblem } from './problem.ts';

/** What Node's server refuses before there is a request, by its code: status and words. */
const REFUSALS: Readonly<Record<string, readonly [status: number, words: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    `Address and headers of the request are larger than ${maxHeaderSize / 1024} KiB`,
  ],
  HPE_INVALID_EOF_STATE: [400, 'The request ended before it was whole'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
};

/** Answers what cannot be read as a request with a problem document, too, and ends the connection. */
export const answerClientError =
  (logger: Logger) =>
  (thrown: NodeJS.ErrnoException, socket: Socket): void => {
    if (thrown.code === 'ECONNRESET' || socket.destroyed) return;
    const [status, words] = REFUSALS[thrown.code ?? ''] ?? [400, 'This is not an HTTP request'];
    const id = randomUUID();
    logger.info({ reqId: id, err: thrown, status }, 'request cannot be read');
    const problem = { ...toProblem(new SoundalikeError('INPUT_INVALID', words), id), status };
    const body = JSON.stringify(problem);
    if (socket.writable && !isAnswering(socket))
      socket.write(
        [
          `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
          'content-type: application/problem+json',
          `content-length: ${Buffer.byteLength(body)}`,
          `x-request-id: ${id}`,
          'x-content-type-options: nosniff',
          'connection: close',
          '',
          body,
        ].join('\r\n'),
      );
    socket.destroySoon();
  };

/** Where an answer is half written already, a second one would be read as a part of it. Node's own handler looks at the same place. */
const isAnswering = (socket: Socket & { _httpMessage?: { headersSent: boolean } | null }): boolean =>
  socket._httpMessage?.headersSent === true;
