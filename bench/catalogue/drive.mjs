/** The built command line as a process of its own, and what its ledger and index say from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openCatalogue } from '../../packages/catalogue/dist/index.js';
import { silentLogger } from '../../packages/core/dist/index.js';
import { openVectorDatabase } from '../../packages/store/dist/index.js';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));

/** Tracks compared at once. */
const PAGE = 200;

/** Starts a verb in a home of its own; `output` grows, `ended` resolves to the exit code. */
export const start = (home, args, environment = {}) => {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      SOUNDALIKE_HOME: home,
      MODEL: 'untrained',
      MAX_TRACK_MINUTES: '1',
      LOG_LEVEL: 'error',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.output = '';
  child.complaints = '';
  child.stderr.on('data', (chunk) => {
    child.complaints = (child.complaints + chunk).slice(-2_000);
  });
  child.stdout.on('data', (chunk) => {
    child.output += chunk;
  });
  child.ended = once(child, 'close').then(([code]) => code);
  return child;
};

/** What a verb said at its end. */
export const documentOf = async (child) => {
  const code = await child.ended;
  try {
    return { code, ...JSON.parse(child.output) };
  } catch {
    throw new Error(`it ended with ${code} and said: ${child.complaints}`);
  }
};

export const serve = async (home, environment) => {
  const child = start(home, ['serve', '--port', '0', '--json'], environment);
  while (!child.output.includes('}')) await sleep(100);
  return { child, url: JSON.parse(child.output).url };
};

/** What `look` says of a home's ledger, read by a process that may not write. */
export const withLedger = async (home, look) => {
  const catalogue = await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`, { readOnly: true });
  try {
    return await look(catalogue);
  } finally {
    await catalogue.close();
  }
};

export const stateOf = (home) => withLedger(home, (catalogue) => catalogue.stateCounts());

/** Waits until something between a tenth and nine tenths is done, ends the process as a power cut would, and says what was done. */
export const killAtRandom = async (child, home, count) => {
  const share = 0.1 + 0.8 * Math.random();
  for (;;) {
    await sleep(300);
    if (child.exitCode !== null) throw new Error('it ended before it could be killed');
    const state = await stateOf(home).catch(() => undefined);
    if (!state || state.indexed + state.duplicate + state.failed < share * count) continue;
    child.kill('SIGKILL');
    await child.ended;
    return stateOf(home);
  }
};

/** The index of a home as lines to compare: every track with its revision and the places of its clips. */
const indexOf = async (home) => {
  const space = await withLedger(home, async (catalogue) => (await catalogue.liveSpace())?.name);
  const vectors = await openVectorDatabase(`lancedb:${join(home, 'vectors')}`, {
    readOnly: true,
    logger: silentLogger(),
  });
  const store = await vectors.openSpace(space, { readOnly: true });
  return { store, counts: await store.counts(), close: () => vectors.close() };
};

/**
 * Compares two indexes track by track and clip by clip.
 *
 * @returns their size, and the least cosine between vectors of one clip
 * @throws where tracks, revisions or places differ
 */
export const compareIndexes = async (homeA, homeB) => {
  const [a, b] = await Promise.all([indexOf(homeA), indexOf(homeB)]);
  let cosine = 1;
  for (let after; ; ) {
    const page = await a.store.scanTracks({ after, limit: PAGE });
    const ids = page.map(({ trackId }) => trackId);
    const [ours, theirs, others] = await Promise.all([
      a.store.clipsOf(ids),
      b.store.clipsOf(ids),
      b.store.scanTracks({ after, limit: PAGE }),
    ]);
    const same = (what, one, other) => {
      if (JSON.stringify(one) !== JSON.stringify(other))
        throw new Error(`${what} differ after track ${after ?? '–'} of ${homeA} and ${homeB}`);
    };
    const row = ({ trackId, content8, clipCount }) => [trackId, content8, clipCount];
    same('Tracks', page.map(row), others.map(row));
    for (const id of ids) {
      const [clips, twins] = [ours.get(id).clips, theirs.get(id).clips];
      same(`Clips of ${id}`, clips.map(startOf), twins.map(startOf));
      clips.forEach(({ vector }, i) => {
        cosine = Math.min(cosine, dot(vector, twins[i].vector));
      });
    }
    if (page.length < PAGE) break;
    after = ids.at(-1);
  }
  const result = { ...a.counts, cosine };
  if (JSON.stringify(a.counts) !== JSON.stringify(b.counts))
    throw new Error(`${JSON.stringify(a.counts)} rows against ${JSON.stringify(b.counts)}`);
  await Promise.all([a.close(), b.close()]);
  return result;
};

const startOf = ({ startMs }) => startMs;
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
