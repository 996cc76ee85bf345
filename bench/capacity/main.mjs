/**
 * Bytes and CPU-seconds a track by index profile and coverage, measured here, and on paper for 10^6 and 10^8 tracks. Writes the figures into
 * docs/capacity.md between its two marks, or prints them with --print.
 *
 *   npm run build && node bench/capacity/main.mjs [--small] [--print]
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSignature, signatureToBytes } from '../../packages/embedder/dist/index.js';
import { databaseBytes, lanceBytes, milvusBytes, redisBytes } from './bytes.mjs';
import { measureCpu, measureNetwork } from './cpu.mjs';
import { figures } from './page.mjs';

const PAGE = join(import.meta.dirname, '../../docs/capacity.md');
const [BEGIN, END] = ['<!-- figures: node bench/capacity/main.mjs -->', '<!-- end of figures -->'];

/** A track of usual length, seconds, and its windows. */
const SECONDS = 210;
const CLIPS = Math.ceil((SECONDS * 22_050) / 59_049);
const COVERAGES = { full: CLIPS, 'sampled:8': 8 };

// An exit takes the servers along; a bare signal would leave them.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const { values } = parseArgs({
  options: { small: { type: 'boolean', default: false }, print: { type: 'boolean', default: false } },
});
const scale = values.small ? 0.25 : 1;
const say = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

const sketch = createSignature();
const second = new Float32Array(22_050).map((_, i) => Math.sin(i / 9));
for (let i = 0; i < SECONDS; i++) sketch.push(second);
// Real ones are as good as random to a compressor; this one's are not.
const signature = randomBytes(signatureToBytes(sketch.finish()).length);

say('the network alone');
const window = await measureNetwork();
const told = async (name, work) => {
  const result = await work();
  say(`${name}: ${JSON.stringify(result)}`);
  return result;
};
const cpu = await told('CPU', () =>
  measureCpu({ tracks: Math.ceil(5 * scale), seconds: SECONDS, coverages: COVERAGES, window }),
);
const redis = await told('Redis', () => redisBytes(20_000 * scale));
const database = await told('databases', () =>
  databaseBytes({ tracks: 600 * scale, signature, clips: CLIPS }),
);
const lance = await told('LanceDB', () => lanceBytes({ tracks: 200 * scale, clips: CLIPS }));
const milvus = await told('Milvus', () => milvusBytes({ tracks: 200 * scale, clips: CLIPS }));

const text = figures({
  seconds: SECONDS,
  coverages: COVERAGES,
  signature: signature.length,
  machine: `${availableParallelism()} cores (${cpus()[0].model}), load average ${loadavg()[0].toFixed(1)}`,
  rows: 200 * scale * CLIPS,
  ...{ cpu, database, redis, lance, milvus },
});
if (values.print) console.log(text);
else {
  const page = readFileSync(PAGE, 'utf8');
  const [before] = page.split(BEGIN);
  const [, after] = page.split(END);
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
}
process.exit(0);
