import { redactUrl } from './redact-url.ts';

/** How an error is treated outside the place that threw it. */
export interface ErrorPolicy {
  /** HTTP status of the problem+json answer. */
  readonly status: number;
  /** Whether trying the same work again may succeed. */
  readonly retryable: boolean;
  /** Exit code of the command line. */
  readonly exitCode: number;
  /** False where the fault is the surroundings' (a server away): workers wait and the item loses no attempt. */
  readonly countsAttempt: boolean;
  /** One sentence for the error catalogue: what it means and the way out. */
  readonly help: string;
}

const bad = (status: number, help: string): ErrorPolicy => ({
  status,
  retryable: false,
  exitCode: 4,
  countsAttempt: true,
  help,
});
const flaky = (status: number, help: string): ErrorPolicy => ({
  status,
  retryable: true,
  exitCode: 5,
  countsAttempt: true,
  help,
});
const away = (help: string): ErrorPolicy => ({
  status: 503,
  retryable: true,
  exitCode: 6,
  countsAttempt: false,
  help,
});
const setup = (help: string): ErrorPolicy => ({
  status: 500,
  retryable: false,
  exitCode: 7,
  countsAttempt: false,
  help,
});

/** Every stable error code of the product, with its treatment. `errors.test.ts` walks this table. */
export const ERROR_TABLE = {
  AUDIO_TOO_SHORT: bad(422, 'The audio is shorter than 2 s; nothing to compare. Use a longer clip.'),
  AUDIO_TOO_LONG: bad(
    422,
    'The audio is longer than the configured maximum. Raise MAX_TRACK_MINUTES or cut it.',
  ),
  AUDIO_SILENT: bad(
    422,
    'No sample rises above the noise floor. Check the file; there is nothing to hear in it.',
  ),
  AUDIO_UNDECODABLE: bad(422, 'ffmpeg could not decode the audio; its own words are in the detail.'),
  NO_AUDIO_STREAM: bad(422, 'The file holds no audio stream (a video without sound, an image).'),
  SOURCE_NOT_FOUND: bad(
    404,
    'The file, link or folder does not exist. Check the path, or the root mapping in SOUNDALIKE_ROOTS.',
  ),
  SOURCE_EMPTY: bad(422, 'The file holds no bytes.'),
  SOURCE_FORBIDDEN: bad(
    403,
    'The source may not be read: permissions, or an address that ALLOW_FETCH does not name.',
  ),
  SOURCE_TOO_LARGE: bad(
    413,
    'The source exceeds the size cap. Raise MAX_FETCH_MB (links) or MAX_UPLOAD_MB (uploads), or send less; a JSON body has 1 MB.',
  ),
  SOURCE_UNUSABLE: bad(
    502,
    'The link answers, yet in a way that no other try will change: redirects without end, a compressed body, a request refused. Check where it leads.',
  ),
  SOURCE_FETCH_FAILED: flaky(502, 'The link did not answer properly. It is tried again with growing pauses.'),
  MANIFEST_INVALID: bad(422, 'A manifest, or a row of it, cannot be used; what is wrong is named.'),
  PRUNE_REFUSED: bad(
    409,
    'More than half of what the source held is not there any more; a drive may be away. Check it, or allow it with --allow-loss.',
  ),
  JOB_INVALID: bad(
    422,
    'A job of an outside producer does not keep to the contract (docs/job-contract.md); the field is named.',
  ),
  IDEMPOTENCY_IN_PROGRESS: bad(
    409,
    'A request with this Idempotency-Key is being worked on. Send the same request with the same key again in a moment.',
  ),
  IDEMPOTENCY_CONFLICT: bad(409, 'This Idempotency-Key was used for another request. Take a new key.'),
  INPUT_INVALID: bad(400, 'The request or option has a wrong value; the field is named.'),
  FORMAT_UNSUPPORTED: bad(415, 'The request has a content type this route does not take.'),
  TRACK_NOT_FOUND: bad(
    404,
    'No track has this id. Ids are those of `similar --json`, or the own ids of the manifest.',
  ),
  ITEM_NOT_FOUND: bad(404, 'No item has this id or path. `soundalike queue failures` lists ids.'),
  RUN_NOT_FOUND: bad(404, 'No ingest run has this id.'),
  NOT_FOUND: bad(404, 'There is nothing at this address.'),
  RANGE_NOT_SATISFIABLE: bad(416, 'The Range header asks for bytes that the file does not have.'),
  HOST_FORBIDDEN: bad(403, 'The Host or Origin header is not one of this server. Name it in ALLOWED_HOSTS.'),
  INTENT_MISSING: bad(
    403,
    'A request that changes something must be JSON or carry the header `x-soundalike: 1`, so that no page of another site can send it.',
  ),
  UNAUTHORIZED: bad(
    401,
    'A key is needed. `soundalike keys create` makes one, to be sent as `Authorization: Bearer …`; the embedding service takes one of EMBEDDER_KEYS, given as EMBEDDER_KEY where it is used.',
  ),
  KEY_NOT_FOUND: bad(404, 'No living key has this id or name. `soundalike keys list` shows them.'),
  FORBIDDEN: bad(403, 'The key lacks the scope for this.'),
  TOO_MANY_REQUESTS: flaky(429, 'The server is busy; wait as long as Retry-After says.'),
  SPACE_MISMATCH: setup(
    'The model in use and the index belong to different embedding spaces; both are named. Set MODEL to the model of the index, or ingest into another SOUNDALIKE_HOME.',
  ),
  PROMOTION_REFUSED: bad(
    409,
    'A space does not do yet what the live one does; each gate says what was found and the way out. The live space stays.',
  ),
  INDEX_EMPTY: bad(409, 'Nothing is indexed yet. Run `soundalike ingest <folder>` first.'),
  MODEL_NOT_FOUND: setup('The model is not installed. `soundalike model list` shows what is.'),
  MODEL_INVALID: setup(
    'The model file is damaged or of another architecture. `soundalike model verify` says where.',
  ),
  PROVIDER_UNAVAILABLE: setup(
    'The execution provider asked for cannot run here; what is missing is named. PROVIDER=cpu always works.',
  ),
  FFMPEG_MISSING: setup(
    'No ffmpeg: set FFMPEG_PATH, install the ffmpeg-static package, or put ffmpeg on the PATH.',
  ),
  CONFIG_INVALID: setup('A setting has a wrong value; its name, value and allowed values are given.'),
  STORE_UNAVAILABLE: away(
    'The vector store does not answer. Check VECTOR_STORE_URL; work goes on when it is back.',
  ),
  DATABASE_UNAVAILABLE: away(
    'The catalogue database does not answer. Check DATABASE_URL; work goes on when it is back.',
  ),
  DATABASE_DAMAGED: setup(
    'The file of the catalogue database is broken, or none. Restore the backup: docs/operators.md, Restore.',
  ),
  DATABASE_TOO_NEW: setup(
    'The tables are those of a newer version. Run that version, or restore the backup from before the upgrade.',
  ),
  QUEUE_UNAVAILABLE: away('The queue does not answer. Check QUEUE_URL; work goes on when it is back.'),
  EMBEDDER_UNAVAILABLE: away('The embedding process or service is gone and could not be started again.'),
  STORE_REJECTED: flaky(500, 'The vector store refused the operation; its own words are in the detail.'),
  DECODER_CRASHED: flaky(
    500,
    'ffmpeg was killed or crashed on this audio. After three times the item fails.',
  ),
  EMBED_CRASHED: flaky(500, 'The embedding process died on this audio. After three times the item fails.'),
  EMBED_FAILED: flaky(500, 'The network gave no usable vector (not finite, or of the wrong size).'),
  TIMEOUT: flaky(504, 'The step took longer than its limit.'),
  CANCELLED: {
    status: 499,
    retryable: true,
    exitCode: 130,
    countsAttempt: false,
    help: 'Stopped on request; nothing was lost.',
  },
  INTERNAL: flaky(
    500,
    'An unexpected error; the log of this process has its stack. Please report it with that.',
  ),
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorCode = keyof typeof ERROR_TABLE;

export interface SoundalikeErrorOptions extends ErrorOptions {
  /** Structured facts: the input's name, limits, found values. Shown in JSON answers, so never a secret. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Words of the tool that failed (ffmpeg's last line, a server's reason). */
  readonly detail?: string;
}

/**
 * The one error class: a stable `code` from {@link ERROR_TABLE}, a message that names the input, the reason and the
 * way out, structured `fields`, and the `cause` kept. Errors are stored and shown, so links in its texts lose their passwords and signatures.
 *
 * @example throw new SoundalikeError('AUDIO_TOO_SHORT', `${path} is 0.3 s long; at least 2 s are needed`);
 */
export class SoundalikeError extends Error {
  readonly code: ErrorCode;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: SoundalikeErrorOptions = {}) {
    super(redactUrl(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SoundalikeError';
    this.code = code;
    this.fields = Object.fromEntries(
      Object.entries(options.fields ?? {}).map(([name, value]) => [
        name,
        typeof value === 'string' ? redactUrl(value) : value,
      ]),
    );
    this.detail = options.detail === undefined ? undefined : redactUrl(options.detail);
  }

  get policy(): ErrorPolicy {
    return ERROR_TABLE[this.code];
  }

  get retryable(): boolean {
    return this.policy.retryable;
  }
}

/** True for our own errors, also those of another copy of this package or another realm (`instanceof` would miss them). */
export const isSoundalikeError = (error: unknown): error is SoundalikeError =>
  isErrorLike(error) &&
  error.name === 'SoundalikeError' &&
  'code' in error &&
  String(error.code) in ERROR_TABLE;

/** Turns anything thrown into a `SoundalikeError`: aborts become `CANCELLED`, the unknown `INTERNAL`. */
export const toSoundalikeError = (error: unknown): SoundalikeError => {
  if (isSoundalikeError(error)) return error;
  if (!isErrorLike(error)) return new SoundalikeError('INTERNAL', String(error));
  return new SoundalikeError(error.name === 'AbortError' ? 'CANCELLED' : 'INTERNAL', error.message, {
    cause: error,
  });
};

const isErrorLike = (error: unknown): error is Error =>
  typeof error === 'object' && error !== null && 'message' in error && 'name' in error;
