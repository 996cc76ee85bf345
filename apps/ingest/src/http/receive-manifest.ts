import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { extname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile } from '@fastify/multipart';
import { SoundalikeError } from '@soundalike/core';
import { multipartError } from '@soundalike/http';
import type { FastifyRequest } from 'fastify';

/** Media types of manifests, and the names that files of them end with. */
export const MANIFEST_TYPES: Readonly<Record<string, string>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
};

const EXTENSIONS = new Set(Object.values(MANIFEST_TYPES));

/**
 * Streams the manifest of a request into a folder: the body itself, or the one file of a multipart form.
 *
 * @returns where it lies and a hash of its bytes; undefined where the request carries no manifest
 * @throws SoundalikeError `SOURCE_TOO_LARGE`, `INPUT_INVALID` for a form without exactly one file, `FORMAT_UNSUPPORTED` for a file of another kind
 */
export const receiveManifest = async (
  request: FastifyRequest,
  folder: string,
  maxBytes: number,
): Promise<{ path: string; fingerprint: string } | undefined> => {
  if (request.isMultipart())
    return receiveForm(request, folder, maxBytes).catch((error) => {
      throw multipartError(error);
    });
  const extension = MANIFEST_TYPES[mediaTypeOf(request.headers['content-type'])];
  if (!extension) return undefined;
  const path = join(folder, `manifest.${extension}`);
  return { path, fingerprint: await save(request.body as Readable, path, maxBytes) };
};

const receiveForm = async (request: FastifyRequest, folder: string, maxBytes: number) => {
  const oneFile = 'A form carries one manifest, as a part with a file name';
  let received: { path: string; fingerprint: string } | undefined;
  for await (const part of request.parts({ limits: { fileSize: maxBytes + 1 } })) {
    if (part.type === 'field' || received) throw new SoundalikeError('INPUT_INVALID', oneFile);
    const path = join(folder, `manifest.${extensionOf(part)}`);
    received = { path, fingerprint: await save(part.file, path, maxBytes) };
  }
  if (!received) throw new SoundalikeError('INPUT_INVALID', oneFile);
  return received;
};

/** By the file's own name, since browsers and curl rarely know the type. */
const extensionOf = ({ filename = '', mimetype }: MultipartFile): string => {
  const named = extname(filename).slice(1).toLowerCase();
  const extension = EXTENSIONS.has(named) ? named : MANIFEST_TYPES[mediaTypeOf(mimetype)];
  if (extension) return extension;
  throw new SoundalikeError(
    'FORMAT_UNSUPPORTED',
    `"${filename}" is no manifest: its name must end in ${[...EXTENSIONS].map((one) => `.${one}`).join(', ')}`,
    { fields: { filename } },
  );
};

const mediaTypeOf = (header = ''): string => header.split(';')[0]?.trim().toLowerCase() ?? '';

/** Streams a body into a file. @returns its hash */
const save = async (body: Readable, path: string, maxBytes: number): Promise<string> => {
  const hash = createHash('sha256');
  let bytes = 0;
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length;
      hash.update(chunk);
      callback(
        bytes > maxBytes
          ? new SoundalikeError('SOURCE_TOO_LARGE', `The manifest is larger than ${maxBytes} bytes`)
          : null,
        chunk,
      );
    },
  });
  await pipeline(body, cap, createWriteStream(path));
  return hash.digest('hex');
};
