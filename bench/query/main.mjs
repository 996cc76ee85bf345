/**
 * The served query app: many connections at once over the samples, and one connection over 100,000 clips, stage by stage.
 *
 *   npm run bench:query [-- --only load,lancedb,milvus --seconds 60 --clips 100000 --data FOLDER]
 *
 * `--data` keeps the ingested samples and the large catalogue, so that a second run begins at once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cutExcerpts } from './excerpts.mjs';
import { fillCatalogue, fillStore, ingestSamples } from './large-catalogue.mjs';
import { measureLarge } from './measure-large.mjs';
import { measureLoad } from './measure-load.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'load,lancedb,milvus' },
    seconds: { type: 'string', default: '60' },
    clips: { type: 'string', default: '100000' },
    queries: { type: 'string', default: '200' },
    data: { type: 'string' },
  },
});
const [seconds, clips, queries] = ['seconds', 'clips', 'queries'].map((name) => Number(options[name]));
const parts = options.only.split(',');
const folder = options.data ? resolve(options.data) : mkdtempSync(join(tmpdir(), 'soundalike-bench-query-'));
const note = (text) => process.stderr.write(`${text}\n`);

try {
  const samples = await ingestSamples(join(folder, 'samples'), note);
  const excerpts = await cutExcerpts(40);
  if (parts.includes('load')) await measureLoad({ home: samples, excerpts, seconds });
  if (parts.some((part) => part !== 'load')) {
    const large = await fillCatalogue({ samples, home: join(folder, `large-${clips}`), clips, note });
    for (const kind of ['lancedb', 'milvus']) {
      if (!parts.includes(kind)) continue;
      const store = await fillStore({ kind, large, note });
      try {
        await measureLarge({ kind, large, store, excerpts, queries, note });
      } finally {
        await store.stop();
      }
    }
  }
} finally {
  if (!options.data) rmSync(folder, { recursive: true, force: true });
}
