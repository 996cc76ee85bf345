/** The figures of docs/capacity.md as Markdown: what was measured, and what follows from it on paper. */

const SIZES = [1e6, 1e8];
/** Hardware that the paper counts in. */
const QUERY_NODE_GB = 256;
/** Of a query node's memory, what data may take: the rest is for segments on their way in, searches and the system. */
const USABLE = 0.7;
const WORKER_CORES = 16;
/** In how many days the first ingest is to be done. */
const DAYS = { 1e6: 7, 1e8: 90 };
/** Jobs waiting in Redis at most: the window that the database feeds. */
const WINDOW = 100_000;
/** Memory of a clip by kind of index, from the parameters: floats and a graph of 2 M links; one byte a dimension; a bit and a byte; PQ codes of an eighth. */
const MEMORY = { default: 512 * 4 + 2 * 16 * 4, compact: 512, billion: 512 / 8 + 512, disk: (512 * 4) / 8 };
/** Index files of a clip in object storage, from the parameters: what memory holds, and for DISKANN the floats and a graph of 56 links. */
const INDEX_BYTES = { ...MEMORY, disk: 512 * 4 + 56 * 4 };
const NAMES = { default: 'HNSW, M 16', compact: 'IVF_SQ8', billion: 'IVF_RABITQ', disk: 'DISKANN' };

export const figures = (measured) => {
  const { cpu, database, redis, lance, milvus, coverages, seconds, machine, signature, rows } = measured;
  const clipsOf = (coverage) => coverages[coverage];
  const table = (head, lines) =>
    [
      `| ${head.join(' | ')} |`,
      `| ${head.map(() => '---').join(' | ')} |`,
      ...lines.map((line) => `| ${line.join(' | ')} |`),
    ].join('\n');

  const cpuTable = table(
    ['coverage', 'clips', 'decode', 'embed (int8)', 'the rest', 'whole run'],
    Object.entries(cpu.runs).map(([coverage, { decode, embed, rest, all }]) => [
      `\`${coverage}\``,
      clipsOf(coverage),
      ...[decode, embed, rest, all].map((value) => `${value.toFixed(2)} s`),
    ]),
  );
  const bytesTable = table(
    ['what', 'bytes'],
    [
      ['SQLite, a track: item, attempt, track, search text', number(database.sqlite)],
      ['PostgreSQL, the same, after `vacuum full`', number(database.postgres)],
      ['a signature as it is', number(signature)],
      ['a signature in SQLite', number(database.sqliteSignature)],
      ['a signature in PostgreSQL', number(database.postgresSignature)],
      ['Redis, a waiting job (at most 100,000 wait)', number(redis)],
      ['LanceDB, a clip, the track rows shared out, with older versions that are swept later', number(lance)],
      [
        'Milvus, rows of a clip in object storage, with the copies that compaction has left behind',
        number(milvus.rows),
      ],
    ],
  );
  const storageTable = table(
    [
      'tracks',
      'coverage',
      'clips',
      'profile',
      'object storage',
      'memory for clips',
      'memory for tracks (HNSW)',
      `query nodes of ${QUERY_NODE_GB} GB`,
    ],
    SIZES.flatMap((size) =>
      Object.keys(coverages).flatMap((coverage) =>
        Object.keys(NAMES).map((profile) => {
          const clips = size * clipsOf(coverage);
          const memory = clips * MEMORY[profile];
          const trackMemory = size * MEMORY.default;
          return [
            power(size),
            `\`${coverage}\``,
            short(clips),
            `\`${profile}\``,
            bytes(clips * (milvus.rows + INDEX_BYTES[profile]) + size * (milvus.rows + INDEX_BYTES.default)),
            bytes(memory),
            bytes(trackMemory),
            number(Math.ceil((memory + trackMemory) / (QUERY_NODE_GB * 1e9 * USABLE))),
          ];
        }),
      ),
    ),
  );
  const workTable = table(
    [
      'tracks',
      'coverage',
      'CPU',
      'days',
      `hosts of ${WORKER_CORES} cores`,
      'PostgreSQL',
      'signatures in it',
      'Redis',
    ],
    SIZES.flatMap((size) =>
      Object.keys(coverages).map((coverage) => {
        const work = size * cpu.runs[coverage].all;
        return [
          power(size),
          `\`${coverage}\``,
          `${short(work / 86_400)} core-days`,
          DAYS[size],
          number(Math.ceil(work / 86_400 / DAYS[size] / WORKER_CORES)),
          bytes(size * database.postgres),
          bytes(size * database.postgresSignature),
          bytes(Math.min(size, WINDOW) * redis),
        ];
      }),
    ),
  );
  return [
    `Measured on ${machine}. Tracks of ${seconds} s as MP3 of 192 kbit/s; ${number(rows)} clip rows in LanceDB and Milvus 2.3.5.`,
    '### CPU-seconds a track',
    `One window in the network: ${(cpu.window.int8 * 1000).toFixed(0)} ms in int8, ${(cpu.window.fp32 * 1000).toFixed(0)} ms in fp32. "The rest" is the difference: fetching, signature, windows, start of processes, store, database.`,
    cpuTable,
    '### Bytes',
    bytesTable,
    '### On paper: storage and search',
    storageTable,
    '### On paper: the first ingest',
    workTable,
  ].join('\n\n');
};

const number = (value) => Math.round(value).toLocaleString('en');
const power = (value) => `10^${Math.round(Math.log10(value))}`;
const short = (value) =>
  value >= 1e9
    ? `${(value / 1e9).toFixed(1)} billion`
    : value >= 1e6
      ? `${(value / 1e6).toFixed(1)} million`
      : number(value);
const bytes = (value) =>
  value >= 1e12
    ? `${(value / 1e12).toFixed(1)} TB`
    : value >= 1e9
      ? `${(value / 1e9).toFixed(1)} GB`
      : `${(value / 1e6).toFixed(0)} MB`;
