import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { SoundalikeError } from '@soundalike/core/errors';

/** How to reach S3 or what speaks its language; keys come from the SDK's own chain (AWS_ACCESS_KEY_ID, profiles, instance roles). */
export interface S3Options {
  /** Of another store than AWS, e.g. `http://minio:9000`. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

export interface S3Object {
  /** `s3://bucket/key` */
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  readonly modifiedMs: number | null;
  readonly etag: string | null;
}

/** Whether a place is an object or prefix in a bucket. */
export const isS3 = (text: string): boolean => /^s3:\/\//i.test(text);

/** Bucket and key (or prefix) of `s3://bucket/key`. @throws SoundalikeError `INPUT_INVALID` */
export const parseS3 = (url: string): { bucket: string; key: string } => {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/is.exec(url);
  if (!match?.[1]) throw new SoundalikeError('INPUT_INVALID', `"${url}" is not s3://bucket/prefix`);
  return { bucket: match[1], key: match[2] ?? '' };
};

/**
 * Objects below a prefix, in the order of their keys.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND`, `SOURCE_FORBIDDEN`, `SOURCE_FETCH_FAILED`
 */
export async function* listObjects(url: string, options: S3Options): AsyncGenerator<S3Object> {
  const { bucket, key } = parseS3(url);
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const client = await clientOf(options);
  for (let token: string | undefined; ; ) {
    const page = await client
      .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, ContinuationToken: token }))
      .catch((cause) => {
        throw s3Error(url, cause);
      });
    for (const { Key, Size = 0, LastModified, ETag } of page.Contents ?? []) {
      if (Key === undefined || Key.endsWith('/')) continue;
      yield {
        url: `s3://${bucket}/${Key}`,
        size: Size,
        modifiedMs: LastModified?.getTime() ?? null,
        etag: ETag ?? null,
      };
    }
    token = page.NextContinuationToken;
    if (!page.IsTruncated || token === undefined) return;
  }
}

/** Opens an object for reading from a byte on; `ifMatch` makes a resumed read fail where the object changed meanwhile. */
export const openObject = async (
  url: string,
  options: S3Options,
  request: {
    from: number;
    ifMatch?: string | undefined;
    ifNoneMatch?: string | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<{ body: Readable; etag: string | null; size: number } | 'unchanged'> => {
  const { bucket, key } = parseS3(url);
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const client = await clientOf(options);
  try {
    const answer = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(request.from > 0 ? { Range: `bytes=${request.from}-` } : {}),
        ...(request.ifMatch ? { IfMatch: request.ifMatch } : {}),
        ...(request.ifNoneMatch ? { IfNoneMatch: request.ifNoneMatch } : {}),
      }),
      { abortSignal: request.signal },
    );
    return {
      body: answer.Body as Readable,
      etag: answer.ETag ?? null,
      size: request.from + (answer.ContentLength ?? 0),
    };
  } catch (cause) {
    if (statusOf(cause) === 304) return 'unchanged';
    throw s3Error(url, cause);
  }
};

const clients = new Map<string, Promise<S3Client>>();

/** One client for each endpoint and region; the SDK is loaded only where a bucket is used. */
const clientOf = (options: S3Options): Promise<S3Client> => {
  const key = JSON.stringify([options.endpoint, options.region]);
  const known = clients.get(key);
  if (known) return known;
  const made = import('@aws-sdk/client-s3').then(
    ({ S3Client: Client }) =>
      new Client({
        region: options.region ?? 'us-east-1',
        maxAttempts: 4,
        // Other stores rarely answer at bucket.host, and not all know the newer checksums.
        ...(options.endpoint ? { endpoint: options.endpoint, forcePathStyle: true } : {}),
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      }),
  );
  clients.set(key, made);
  return made;
};

const statusOf = (cause: unknown): number | undefined =>
  (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

const s3Error = (url: string, cause: unknown): SoundalikeError => {
  const { name = '', message = String(cause) } = cause as Error;
  const status = statusOf(cause);
  const code =
    status === 404
      ? 'SOURCE_NOT_FOUND'
      : status === 401 || status === 403 || name === 'CredentialsProviderError'
        ? 'SOURCE_FORBIDDEN'
        : name === 'AbortError'
          ? 'CANCELLED'
          : 'SOURCE_FETCH_FAILED';
  return new SoundalikeError(code, `${url}: ${name && name !== 'Error' ? `${name}: ` : ''}${message}`, {
    cause,
    fields: { url, ...(status === undefined ? {} : { status }) },
  });
};
