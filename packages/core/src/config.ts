import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { SoundalikeError } from './errors.ts';
import { redactUrl } from './redact-url.ts';

/** A whole number in a range, given as text; the message names what was wrong. */
const integer = (from: number, to: number, fallback: number) =>
  z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined || text === '') return fallback;
      const value = Number(text);
      if (Number.isInteger(value) && value >= from && value <= to) return value;
      context.addIssue({
        code: 'custom',
        message: `must be an integer from ${from} to ${to}, got "${text}"`,
      });
      return z.NEVER;
    });

const list = z
  .string()
  .optional()
  .transform((text) =>
    (text ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );

const roots = z
  .string()
  .optional()
  .transform((text, context) => {
    const entries = (text ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
    const mapped: Record<string, string> = {};
    for (const entry of entries) {
      const [name, path] = splitOnce(entry, '=');
      if (!/^[A-Za-z0-9._-]+$/.test(name) || !path) {
        context.addIssue({
          code: 'custom',
          message: `must look like music=/mnt/music,other=/mnt/b, got "${entry}"`,
        });
        return z.NEVER;
      }
      mapped[name] = resolve(path);
    }
    return mapped;
  });

const url = (schemes: readonly string[], fallback: (home: string) => string) => ({ schemes, fallback });
/** Settings that are URLs: what they may begin with, and what they are where nothing is set. */
export const URLS = {
  DATABASE_URL: url(
    ['sqlite:', 'postgres:', 'postgresql:', 'memory:'],
    (home) => `sqlite:${join(home, 'catalogue.db')}`,
  ),
  VECTOR_STORE_URL: url(
    ['lancedb:', 'milvus:', 'milvuss:', 'memory:'],
    (home) => `lancedb:${join(home, 'vectors')}`,
  ),
  QUEUE_URL: url(['database:', 'redis:', 'rediss:', 'memory:'], () => 'database:'),
};

/** Every other setting: what it may be and what it is where nothing is set. What each is for: settings.ts. */
export const settingsSchema = z.object({
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  CATALOGUE: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/)
    .default('default'),
  SOUNDALIKE_ROOTS: roots,
  MODEL: z.string().optional(),
  MODELS_DIR: z.string().optional(),
  PROVIDER: z.enum(['auto', 'cpu', 'cuda', 'webgpu']).default('auto'),
  PRECISION: z.enum(['auto', 'fp32', 'int8']).default('auto'),
  FFMPEG_PATH: z.string().optional(),
  EMBED_PROCESSES: integer(0, 256, 0),
  WORKER_CONCURRENCY: integer(0, 256, 0),
  WORKER_DRAIN_SECONDS: integer(1, 3600, 20),
  WORKER_MAX_RSS_MB: integer(0, 1_048_576, 4096),
  EMBED_MAX_RSS_MB: integer(0, 1_048_576, 2048),
  EMBEDDER_URL: list,
  EMBEDDER_KEY: z.string().optional(),
  EMBEDDER_KEYS: list,
  EMBEDDER_PCM: z.enum(['s16', 'f32']).default('s16'),
  EMBEDDER_PORT: integer(0, 65535, 7710),
  MAX_TRACK_MINUTES: integer(1, 1440, 180),
  MAX_QUERY_SECONDS: integer(2, 3600, 600),
  MAX_UPLOAD_MB: integer(1, 4096, 100),
  MAX_FETCH_MB: integer(1, 65536, 512),
  FETCH_TIMEOUT_SECONDS: integer(1, 3600, 120),
  ALLOW_FETCH: list,
  S3_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).optional(),
  S3_REGION: z.string().optional(),
  COVERAGE: z
    .string()
    .regex(/^(full|sampled:([1-9]|[1-9]\d|1[01]\d|120))$/, 'must be full or sampled:N, N from 1 to 120')
    .default('full'),
  WATCH_COMPARE_MINUTES: integer(1, 10_080, 60),
  ALLOWED_HOSTS: list,
  KEYS: z.enum(['auto', 'required', 'off']).default('auto'),
  RATE_LIMIT: integer(0, 1_000_000, 1200),
  MAX_SEARCHES: integer(1, 10_000, 64),
  QUERY_TIMEOUT_SECONDS: integer(1, 3600, 60),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65535, 7700),
  INDEX_PROFILE: z.enum(['default', 'compact', 'billion', 'disk']).default('default'),
  SEARCH_PLAN: z.enum(['clips', 'tracks', 'auto']).default('auto'),
  METRICS_PORT: integer(0, 65535, 0),
  METRICS_HOST: z.string().default('127.0.0.1'),
});

/** All settings, read once in a `main`, frozen, then passed down. */
export interface Config {
  readonly home: string;
  /** Why `home` is where it is, in words for `doctor`. */
  readonly homeReason: string;
  readonly databaseUrl: string;
  readonly vectorStoreUrl: string;
  readonly queueUrl: string;
  readonly logLevel: string;
  readonly catalogue: string;
  readonly roots: Readonly<Record<string, string>>;
  /** Model asked for; undefined: the one the live space was made with, else the default model. */
  readonly model: string | undefined;
  /** Models that were installed; the bundled ones lie elsewhere. */
  readonly modelsDir: string;
  readonly provider: 'auto' | 'cpu' | 'cuda' | 'webgpu';
  /** `auto`: int8 on CPUs, fp32 on GPUs. */
  readonly precision: 'auto' | 'fp32' | 'int8';
  readonly ffmpegPath: string | undefined;
  /** Embedding child processes; 0: one for each core. */
  readonly embedProcesses: number;
  /** Items worked on at once; 0: embedding processes + 2. */
  readonly workerConcurrency: number;
  /** How long items in hand may go on after the signal to stop, before they are handed back, s. */
  readonly workerDrainSeconds: number;
  /** A worker larger than this finishes what it has and ends, to be started anew, MB; 0: no limit. */
  readonly workerMaxRssMb: number;
  /** An embedding process larger than this is replaced between two batches, MB; 0: no limit. */
  readonly embedMaxRssMb: number;
  /** Addresses of embedding services; none: embed on this host. */
  readonly embedderUrls: readonly string[];
  /** The key that this process shows to the embedding service. */
  readonly embedderKey: string | undefined;
  /** The keys that the embedding service takes; none: only loopback may ask. */
  readonly embedderKeys: readonly string[];
  /** How samples travel to the embedding service: 16-bit integers, or the exact 32-bit floats in twice the bytes. */
  readonly embedderPcm: 's16' | 'f32';
  readonly embedderPort: number;
  readonly maxTrackMinutes: number;
  readonly maxQuerySeconds: number;
  readonly maxUploadMb: number;
  readonly maxFetchMb: number;
  readonly fetchTimeoutSeconds: number;
  /** Hosts or CIDR ranges that fetches may reach although they are private. */
  readonly allowFetch: readonly string[];
  /** Address of an S3-compatible store; undefined: AWS. */
  readonly s3Endpoint: string | undefined;
  readonly s3Region: string | undefined;
  /** `full`, or `sampled:N`: N windows spread over each track. */
  readonly coverage: string;
  /** How often `ingest --watch` compares everything, whatever the file system said. */
  readonly watchCompareMinutes: number;
  /** Kind of vector index on Milvus. */
  readonly indexProfile: 'default' | 'compact' | 'billion' | 'disk';
  /** How a search finds its candidates. */
  readonly searchPlan: 'clips' | 'tracks' | 'auto';
  readonly allowedHosts: readonly string[];
  /** Whether `serve` asks for keys; `auto`: unless only this machine reaches it. */
  readonly keys: 'auto' | 'required' | 'off';
  /** Requests a minute of one key; 0: any number. */
  readonly rateLimit: number;
  /** Searches at work at once. */
  readonly maxSearches: number;
  readonly queryTimeoutSeconds: number;
  readonly host: string;
  readonly port: number;
  /** Port of `/metrics` without a key; 0: none. `serve` has them on its own port, too, behind the admin scope. */
  readonly metricsPort: number;
  readonly metricsHost: string;
}

/**
 * Reads every setting from the environment given; pure but for looking for the nearest `.soundalike/` folder.
 *
 * @throws SoundalikeError `CONFIG_INVALID` naming the setting, the value and what is allowed.
 */
export const readConfig = (
  env: Readonly<Record<string, string | undefined>>,
  workingDirectory: string,
): Config => {
  const parsed = settingsSchema.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  );
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(String(issue?.path[0] ?? 'settings'), issue?.message ?? 'is wrong');
  }
  const settings = parsed.data;
  const { home, reason } = findHome(env, workingDirectory);
  return Object.freeze({
    home,
    homeReason: reason,
    databaseUrl: readUrl('DATABASE_URL', env, home),
    vectorStoreUrl: readUrl('VECTOR_STORE_URL', env, home),
    queueUrl: readUrl('QUEUE_URL', env, home),
    logLevel: settings.LOG_LEVEL,
    catalogue: settings.CATALOGUE,
    indexProfile: settings.INDEX_PROFILE,
    searchPlan: settings.SEARCH_PLAN,
    roots: settings.SOUNDALIKE_ROOTS,
    model: settings.MODEL,
    modelsDir: settings.MODELS_DIR ?? join(home, 'models'),
    provider: settings.PROVIDER,
    precision: settings.PRECISION,
    ffmpegPath: settings.FFMPEG_PATH,
    embedProcesses: settings.EMBED_PROCESSES,
    workerConcurrency: settings.WORKER_CONCURRENCY,
    workerDrainSeconds: settings.WORKER_DRAIN_SECONDS,
    workerMaxRssMb: settings.WORKER_MAX_RSS_MB,
    embedMaxRssMb: settings.EMBED_MAX_RSS_MB,
    embedderUrls: settings.EMBEDDER_URL,
    embedderKey: settings.EMBEDDER_KEY,
    embedderKeys: settings.EMBEDDER_KEYS,
    embedderPcm: settings.EMBEDDER_PCM,
    embedderPort: settings.EMBEDDER_PORT,
    maxTrackMinutes: settings.MAX_TRACK_MINUTES,
    maxQuerySeconds: settings.MAX_QUERY_SECONDS,
    maxUploadMb: settings.MAX_UPLOAD_MB,
    maxFetchMb: settings.MAX_FETCH_MB,
    fetchTimeoutSeconds: settings.FETCH_TIMEOUT_SECONDS,
    allowFetch: settings.ALLOW_FETCH,
    s3Endpoint: settings.S3_ENDPOINT,
    s3Region: settings.S3_REGION,
    coverage: settings.COVERAGE,
    watchCompareMinutes: settings.WATCH_COMPARE_MINUTES,
    allowedHosts: settings.ALLOWED_HOSTS,
    keys: settings.KEYS,
    rateLimit: settings.RATE_LIMIT,
    maxSearches: settings.MAX_SEARCHES,
    queryTimeoutSeconds: settings.QUERY_TIMEOUT_SECONDS,
    host: settings.HOST,
    port: settings.PORT,
    metricsPort: settings.METRICS_PORT,
    metricsHost: settings.METRICS_HOST,
  });
};

/** The data directory: SOUNDALIKE_HOME, else the nearest `.soundalike/` upwards, else the XDG data directory. */
const findHome = (env: Readonly<Record<string, string | undefined>>, workingDirectory: string) => {
  if (env.SOUNDALIKE_HOME)
    return { home: resolve(workingDirectory, env.SOUNDALIKE_HOME), reason: 'SOUNDALIKE_HOME' };
  for (let folder = resolve(workingDirectory); ; folder = dirname(folder)) {
    const candidate = join(folder, '.soundalike');
    if (existsSync(candidate)) return { home: candidate, reason: 'the nearest .soundalike folder' };
    if (dirname(folder) === folder) break;
  }
  const data = env.XDG_DATA_HOME || join(env.HOME || homedir(), '.local', 'share');
  return { home: join(data, 'soundalike'), reason: 'the XDG data directory' };
};

const readUrl = (
  name: keyof typeof URLS,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string => {
  const { schemes, fallback } = URLS[name];
  const value = env[name] || fallback(home);
  if (schemes.some((scheme) => value.startsWith(scheme))) return value;
  throw invalid(name, `must start with one of ${schemes.join(' ')}, got "${redactUrl(value)}"`);
};

const invalid = (name: string, reason: string) =>
  new SoundalikeError('CONFIG_INVALID', `${name} ${reason}`, { fields: { setting: name } });

const splitOnce = (text: string, separator: string): [string, string] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};
