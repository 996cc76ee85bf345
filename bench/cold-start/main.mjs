/**
 * From typing `soundalike similar` to its answer: whole processes, started cold, by track id (nothing is decoded) and by a 10 s file.
 *
 *   npm run build && node bench/cold-start/main.mjs [--runs 5] [--tracks 20]
 *
 * Ingests some of the samples into a data directory of its own first. Times differ from machine to machine; `node --version` is what Node
 * alone takes on this one.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { findFfmpeg } from '@soundalike/source';

const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, tracks: { type: 'string', default: '20' } },
});

const main = async () => {
  const home = await mkdtemp(join(tmpdir(), 'soundalike-bench-cold-'));
  const env = {
    ...process.env,
    SOUNDALIKE_HOME: home,
    SOUNDALIKE_ROOTS: `samples=${SAMPLES}`,
    LOG_LEVEL: 'error',
  };
  try {
    const [head, ...rows] = (await readFile(join(SAMPLES, 'manifest.csv'), 'utf8')).trim().split('\n');
    const manifest = join(home, 'some.csv');
    const chosen = rows.slice(0, Number(options.tracks));
    await writeFile(
      manifest,
      [head, ...chosen.map((row) => row.replace('catalogue/', `${SAMPLES}/catalogue/`))].join('\n'),
    );
    await run(process.execPath, [CLI, 'ingest', manifest, '--json'], { env });
    const excerpt = join(home, 'excerpt.wav');
    const { results } = JSON.parse(
      (await run(process.execPath, [CLI, 'similar', chosen[0].split(',')[0], '--json', '--all'], { env }))
        .stdout,
    );
    const { location } = results[0];
    const source = location.root === 'samples' ? join(SAMPLES, location.path) : location.path;
    await run(await findFfmpeg(), ['-v', 'error', '-ss', '5', '-t', '10', '-i', source, excerpt]);
    const cases = {
      'node --version': ['--version'],
      'by track id': [CLI, 'similar', results[0].trackId],
      'by a 10 s file': [CLI, 'similar', excerpt],
    };
    const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
    // One of each in turn, so that a busy moment hits all.
    for (let round = 0; round < Number(options.runs); round++) {
      for (const [name, args] of Object.entries(cases)) {
        const began = performance.now();
        await run(process.execPath, args, { env });
        times[name].push(performance.now() - began);
      }
    }
    for (const [name, list] of Object.entries(times)) {
      const [low, middle, high] = [0, Math.floor(list.length / 2), list.length - 1].map((i) =>
        Math.round([...list].sort((a, b) => a - b)[i]),
      );
      console.log(`${name.padEnd(16)} median ${middle} ms (${low} to ${high})`);
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

await main();
