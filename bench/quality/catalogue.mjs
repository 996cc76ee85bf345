import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCatalogue } from '@soundalike/catalogue';
import { createEmbedder, loadModel } from '@soundalike/embedder';
import { createSearch } from '@soundalike/query';
import { openVectorDatabase } from '@soundalike/store';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));

/**
 * The music ingested by the product into a catalogue of its own, one for each space, and the search over it that answers everybody.
 * A second run ingests nothing.
 */
export const openSearch = async ({ rows, model, ffmpeg, cache }) => {
  const loaded = await loadModel({ name: model });
  const home = join(cache, 'homes', loaded.info.space);
  await mkdir(home, { recursive: true });
  const manifest = join(home, 'manifest.jsonl');
  const lines = rows.map(({ id, file, artist, genre }) => JSON.stringify({ id, path: file, artist, genre }));
  await writeFile(manifest, `${lines.join('\n')}\n`);
  const env = { ...process.env, SOUNDALIKE_HOME: home, MODEL: loaded.info.name };
  execFileSync(process.execPath, [CLI, 'ingest', manifest, '--json'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const catalogue = await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`, { readOnly: true });
  const vectors = await openVectorDatabase(`lancedb:${join(home, 'vectors')}`, { readOnly: true });
  const store = await vectors.openSpace(loaded.info.space, { readOnly: true });
  const embedder = await createEmbedder({ model: loaded, processes: 1 });
  const search = createSearch({
    catalogue,
    store,
    model: loaded.info,
    embedder: async () => embedder,
    ffmpeg,
    fetchPolicy: { allow: [], maxBytes: 1e9, timeoutMs: 60_000 },
    temporaryFolder: join(home, 'temporary'),
    maxQuerySeconds: 60,
  });
  const ids = new Map();
  for (const { id } of rows) {
    const track = await catalogue.findTrack(id);
    if (track) ids.set(id, track.id);
  }
  return {
    search,
    trackIdOf: (id) => ids.get(id),
    close: async () => {
      await embedder.close();
      await vectors.close();
      await catalogue.close();
    },
  };
};
