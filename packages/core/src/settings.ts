import { settingsSchema, URLS } from './config.ts';

/** A setting as the documentation shows it. */
export interface Setting {
  readonly name: string;
  readonly topic: string;
  readonly about: string;
  /** What it may be, in words. */
  readonly allowed: string;
  /** What it is where nothing is set; empty: nothing. */
  readonly fallback: string;
}

type Topic = 'Where things are' | 'Reading audio' | 'Embedding' | 'Working' | 'Serving' | 'Watching';

/** What each setting is for, in the order of the documentation. `settings.test.ts` finds one that is missing. */
const ABOUT: readonly (readonly [name: string, topic: Topic, about: string])[] = [
  [
    'SOUNDALIKE_HOME',
    'Where things are',
    'Folder of everything that is kept on this host. `doctor` says which one is used and why.',
  ],
  ['DATABASE_URL', 'Where things are', 'The catalogue database: items, tracks, spaces, runs, keys.'],
  [
    'VECTOR_STORE_URL',
    'Where things are',
    'The vector store. `milvus://user:password@host:19530/database`; `milvuss:` with TLS.',
  ],
  [
    'QUEUE_URL',
    'Where things are',
    'The queue. `database:` claims items by lease in the catalogue database; `redis:`/`rediss:` is BullMQ.',
  ],
  ['CATALOGUE', 'Where things are', 'Name of the catalogue, part of track ids where a manifest has own ids.'],
  [
    'SOUNDALIKE_ROOTS',
    'Where things are',
    'Names of folders and where they are on this host, as `music=/mnt/a,other=/mnt/b`: items are kept as root and path.',
  ],
  [
    'FFMPEG_PATH',
    'Reading audio',
    'The ffmpeg to use; otherwise the one of the ffmpeg-static package, then the one on the PATH.',
  ],
  ['MAX_TRACK_MINUTES', 'Reading audio', 'Longest track, minutes; a longer one fails with AUDIO_TOO_LONG.'],
  [
    'COVERAGE',
    'Reading audio',
    'How much of each track is embedded: all, or that many windows spread over it.',
  ],
  ['MAX_FETCH_MB', 'Reading audio', 'Largest file that is fetched from a link, MB.'],
  ['FETCH_TIMEOUT_SECONDS', 'Reading audio', 'Longest time a fetch may take, seconds.'],
  [
    'ALLOW_FETCH',
    'Reading audio',
    'Hosts or CIDR ranges that fetches may reach although they are private, separated by commas.',
  ],
  [
    'S3_ENDPOINT',
    'Reading audio',
    'Address of an S3-compatible store; without it AWS is asked. Credentials come as AWS tools take them.',
  ],
  ['S3_REGION', 'Reading audio', 'Region of the S3 store.'],
  [
    'WATCH_COMPARE_MINUTES',
    'Reading audio',
    'How often `ingest --watch` compares everything, whatever the file system said, minutes.',
  ],
  ['MODEL', 'Embedding', 'Name of the model; otherwise that of the live space, else the default model.'],
  [
    'MODELS_DIR',
    'Embedding',
    'Folder of installed models beside the bundled ones; default: `models` in SOUNDALIKE_HOME.',
  ],
  [
    'PROVIDER',
    'Embedding',
    'What computes embeddings. One that cannot run here is an error that names what is missing.',
  ],
  [
    'PRECISION',
    'Embedding',
    'Arithmetic of the network. `auto` is int8 on CPUs, where the model has it, and fp32 on GPUs; both are of one space.',
  ],
  ['EMBED_PROCESSES', 'Embedding', 'Embedding processes; 0: one for each core.'],
  [
    'EMBED_MAX_RSS_MB',
    'Embedding',
    'An embedding process larger than this is replaced between two batches, MB; 0: no limit.',
  ],
  [
    'EMBEDDER_URL',
    'Embedding',
    'Addresses of embedding services, separated by commas; none: embed on this host.',
  ],
  ['EMBEDDER_KEY', 'Embedding', 'The key that this process shows to the embedding service.'],
  [
    'EMBEDDER_KEYS',
    'Embedding',
    'The keys that the embedding service takes, separated by commas; none: only loopback may ask.',
  ],
  [
    'EMBEDDER_PCM',
    'Embedding',
    'How samples travel to the embedding service: 16-bit integers, or exact 32-bit floats in twice the bytes.',
  ],
  ['EMBEDDER_PORT', 'Embedding', 'Port of `soundalike embedder`.'],
  ['WORKER_CONCURRENCY', 'Working', 'Items worked on at once; 0: embedding processes + 2.'],
  [
    'WORKER_DRAIN_SECONDS',
    'Working',
    'How long items in hand may go on after the signal to stop, before they are handed back, seconds.',
  ],
  [
    'WORKER_MAX_RSS_MB',
    'Working',
    'A worker larger than this finishes what it has and ends, to be started anew, MB; 0: no limit.',
  ],
  [
    'INDEX_PROFILE',
    'Where things are',
    'Kind of vector index on Milvus: see docs/indexes.md. One that the server lacks is refused.',
  ],
  [
    'SEARCH_PLAN',
    'Serving',
    'Search all clips, or tracks first and then the clips of the best; `auto` decides by size: see docs/search-plans.md.',
  ],
  [
    'HOST',
    'Serving',
    'Address to listen at. One that other machines reach needs a key: `serve` those of `soundalike keys`, `embedder` EMBEDDER_KEYS.',
  ],
  ['PORT', 'Serving', 'Port of `soundalike serve`; 0: a free one.'],
  [
    'ALLOWED_HOSTS',
    'Serving',
    'Names under which the server may be addressed beside the loopback ones, as `host` or `host:port`, separated by commas.',
  ],
  [
    'KEYS',
    'Serving',
    'Whether `serve` asks for keys. `auto`: unless HOST and ALLOWED_HOSTS are loopback names; `off` only there, behind a proxy that lets nobody else in.',
  ],
  ['RATE_LIMIT', 'Serving', 'Requests a minute of one key; beyond, 429 with Retry-After. 0: no limit.'],
  ['MAX_SEARCHES', 'Serving', 'Searches at work at once; beyond, 429 with Retry-After.'],
  ['QUERY_TIMEOUT_SECONDS', 'Serving', 'Longest time that a search may take, seconds; then 504.'],
  ['MAX_QUERY_SECONDS', 'Serving', 'Longest sample that is searched with, seconds.'],
  ['MAX_UPLOAD_MB', 'Serving', 'Largest upload, MB.'],
  ['LOG_LEVEL', 'Watching', 'How much is logged on stderr.'],
  [
    'METRICS_PORT',
    'Watching',
    'Port of `/metrics` without a key; 0: none. `serve` has them on its own port, too, for keys with the admin scope.',
  ],
  [
    'METRICS_HOST',
    'Watching',
    'Address that port listens at. It asks for no key: keep it in a private network.',
  ],
];

/** Every setting, by topic, with what it may be as its own check says it. */
export const listSettings = (): Setting[] => {
  const known = [...Object.keys(settingsSchema.shape), ...Object.keys(URLS), 'SOUNDALIKE_HOME'];
  const described = ABOUT.filter(([name]) => known.includes(name));
  const forgotten = known.filter((name) => !described.some(([other]) => other === name));
  if (forgotten.length > 0) throw new RangeError(`settings without a description: ${forgotten.join(', ')}`);
  return described.map(([name, topic, about]) => ({ name, topic, about, ...valuesOf(name) }));
};

const valuesOf = (name: string): { allowed: string; fallback: string } => {
  if (name === 'SOUNDALIKE_HOME')
    return {
      allowed: 'a folder',
      fallback: 'the nearest `.soundalike/` upwards, else the XDG data directory',
    };
  if (name in URLS) {
    const { schemes, fallback } = URLS[name as keyof typeof URLS];
    return {
      allowed: schemes.map((scheme) => `\`${scheme}\``).join(' '),
      fallback: code(fallback('<home>')),
    };
  }
  const schema = settingsSchema.shape[name as keyof typeof settingsSchema.shape];
  const unset = schema.safeParse(undefined);
  return { allowed: allowedBy(schema), fallback: unset.success ? show(unset.data) : '' };
};

/** What a setting allows, learned from how it refuses nonsense. */
const allowedBy = (schema: (typeof settingsSchema.shape)[keyof typeof settingsSchema.shape]): string => {
  const refusal = schema.safeParse('\u0000');
  if (refusal.success) return 'text';
  const message = refusal.error.issues[0]?.message ?? '';
  return message
    .replace(/, got .*/s, '')
    .replace(/^must be (an? )?/, '')
    .replace(/^must look like/, 'as')
    .replace(/^Invalid option: expected one of /, '')
    .replace(/^Invalid string: must match pattern /, 'matching ')
    .replaceAll('"', '`')
    .replaceAll('|', ', ');
};

const show = (value: unknown): string => {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  if (typeof value === 'object') return '';
  return code(String(value));
};

const code = (text: string): string => `\`${text}\``;
