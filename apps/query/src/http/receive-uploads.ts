import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile } from '@fastify/multipart';
import { SoundalikeError } from '@soundalike/core';
import { multipartError } from '@soundalike/http';
import { temporaryName } from '@soundalike/source';
import type { FastifyReply, FastifyRequest, preValidationAsyncHookHandler } from 'fastify';
import type { QueryDeps } from './query-deps.ts';

/** A search request is small, also in a multipart body, bytes. */
const MAX_REQUEST_PART_BYTES = 1_000_000;

/** What multipart adds to the bytes of its files: headers and boundaries. */
const MULTIPART_SLACK_BYTES = 2_000_000;

/** Most parts of a body: as many uploads as a search has seeds, and the request. */
export const MAX_UPLOADS = 16;

declare module 'fastify' {
  interface FastifyRequest {
    /** Uploaded files of a multipart request, by the name of their part. */
    uploads: ReadonlyMap<string, string> | null;
  }
}

/**
 * Takes a multipart body apart before it is validated: its `request` part becomes the body, files go to a folder of their own, which is
 * removed with the answer. Without a `request` part, the files are the seeds.
 *
 * Throws `SOURCE_TOO_LARGE` as soon as the cap is passed, `INPUT_INVALID` for a body that is not well-formed.
 */
export const receiveUploads =
  ({
    temporaryFolder,
    maxUploadBytes,
  }: Pick<QueryDeps, 'temporaryFolder' | 'maxUploadBytes'>): preValidationAsyncHookHandler =>
  async (request, reply) => {
    if (!request.isMultipart()) return;
    if (Number(request.headers['content-length'] ?? 0) > maxUploadBytes + MULTIPART_SLACK_BYTES)
      throw tooLarge(maxUploadBytes, reply);
    const folder = join(temporaryFolder, temporaryName('upload'));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const remove = () => void rm(folder, { recursive: true, force: true }).catch(() => undefined);
    // Also fires when the client goes away in the middle, where Fastify's onResponse does not.
    reply.raw.once('close', remove);
    try {
      const { body, uploads } = await receive(request, reply, folder, maxUploadBytes);
      request.body = body;
      request.uploads = uploads;
    } catch (error) {
      throw multipartError(error);
    } finally {
      if (reply.raw.closed) remove();
    }
  };

const receive = async (request: FastifyRequest, reply: FastifyReply, folder: string, maxBytes: number) => {
  const uploads = new Map<string, string>();
  let text: string | undefined;
  let left = maxBytes;
  for await (const part of request.parts({
    limits: { fileSize: maxBytes + 1, fieldSize: MAX_REQUEST_PART_BYTES },
  })) {
    if (part.fieldname === 'request') {
      if (text !== undefined) throw invalid('The part "request" comes twice');
      text = part.type === 'file' ? await readText(part) : asText(part.value, part.valueTruncated);
    } else if (part.type === 'field') {
      throw invalid(`The part "${part.fieldname}" is no file; a file part has a file name`);
    } else {
      if (uploads.has(part.fieldname)) throw invalid(`The part "${part.fieldname}" comes twice`);
      const path = join(folder, `${uploads.size}`);
      uploads.set(part.fieldname, path);
      left -= await save(part, path, left, () => tooLarge(maxBytes, reply));
    }
  }
  if (text === undefined && uploads.size === 0)
    throw invalid('The multipart body has neither a "request" part nor a file');
  return { uploads, body: text === undefined ? seedsOf(uploads) : parseJson(text) };
};

/** Streams a file part to disk. @returns its bytes */
const save = async (
  part: MultipartFile,
  path: string,
  maxBytes: number,
  tooLargeError: () => SoundalikeError,
): Promise<number> => {
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length;
      if (bytes > maxBytes) callback(tooLargeError());
      else callback(null, chunk);
    },
  });
  await pipeline(part.file, count, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  return bytes;
};

/** A JSON blob, as browsers send one, is a file part. */
const readText = async ({ file }: MultipartFile): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > MAX_REQUEST_PART_BYTES) throw invalid('The part "request" is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** The plugin has parsed a field whose part says application/json. */
const asText = (value: unknown, isTruncated: boolean): string => {
  if (isTruncated) throw invalid('The part "request" is too long');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const seedsOf = (uploads: ReadonlyMap<string, string>) => ({
  seeds: [...uploads.keys()].map((upload) => ({ upload })),
});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SoundalikeError(
      'INPUT_INVALID',
      `The part "request" is not JSON: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
};

/** The rest of the body is not read: the connection ends with the answer. */
const tooLarge = (maxBytes: number, reply: FastifyReply) => {
  reply.header('connection', 'close');
  return new SoundalikeError('SOURCE_TOO_LARGE', `The uploads exceed ${Math.round(maxBytes / 1e6)} MB`, {
    fields: { maxBytes },
  });
};

const invalid = (message: string) => new SoundalikeError('INPUT_INVALID', message);
