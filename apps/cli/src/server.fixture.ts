import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '@soundalike/core';
import type { HttpApp } from '@soundalike/http';
import { openSource, runIngest } from '@soundalike/ingest';
import { temporaryFolder } from '@soundalike/testing';
import { type Context, createContext } from './context.ts';
import { createServer } from './create-server.ts';
import { ingestDeps } from './ingest-deps.ts';

export const SAMPLES = join(__dirname, '../../../samples');

/** Tracks of the sample catalogue that the tests of the server use: own id, path, title, artist, genre, tags, year. */
export const TRACKS = [
  [
    'T-1',
    'Clavier Hallam/02 Lesser Gigue.opus',
    'Lesser Gigue',
    'Clavier Hallam',
    'baroque',
    'acoustic;classical',
    '1998',
  ],
  [
    'T-2',
    'Clavier Hallam/03 Postlude for Marta.opus',
    'Postlude for Marta',
    'Clavier Hallam',
    'baroque',
    'acoustic',
    '1998',
  ],
  ['T-3', 'Basswerk 9/01 Substation.opus', 'Substation', 'Basswerk 9', 'techno', 'electronic', '2011'],
  ['T-4', '北の窓/01 雪の駅.opus', '雪の駅', '北の窓', 'ambient', 'calm;electronic', '2016'],
  ['T-5', 'Hollow Anvil/02 Ashfall.opus', 'Ashfall', 'Hollow Anvil', 'metal', 'loud', '2004'],
] as const;

export interface TestServer {
  readonly app: HttpApp;
  readonly context: Context;
  /** The root that the tracks lie in. */
  readonly music: string;
  close(): Promise<void>;
}

/** The real stack (SQLite, LanceDB, the untrained model) with a few sample tracks ingested, and the server over it. Not listening. */
export const startTestServer = async (env: Record<string, string> = {}): Promise<TestServer> => {
  const music = join(temporaryFolder('serve-music'), 'music');
  mkdirSync(music);
  for (const [, path] of TRACKS)
    cpSync(join(SAMPLES, 'catalogue', path), join(music, path), { recursive: true });
  const manifest = join(music, 'manifest.csv');
  writeFileSync(
    manifest,
    ['id,path,title,artist,genre,tags,year', ...TRACKS.map((row) => row.join(','))].join('\n'),
  );
  const settings = {
    SOUNDALIKE_HOME: temporaryFolder('serve'),
    MODEL: 'untrained',
    LOG_LEVEL: 'silent',
    EMBED_PROCESSES: '1',
  };
  const context = createContext({ config: readConfig({ ...settings, ...env }, '/'), isTerminal: false });
  const { deps, concurrency } = await ingestDeps(context);
  const { catalogue } = deps;
  await runIngest({
    source: await openSource({ argument: manifest, workingDirectory: '/', catalogue, roots: {} }),
    deps,
    concurrency,
    queue: await context.queue(),
    catalogueName: 'default',
    signal: new AbortController().signal,
  });
  const app = await createServer(context);
  return {
    app,
    context,
    music,
    close: async () => {
      await app.close();
      await context.close();
    },
  };
};

/** A multipart body as a browser or curl sends it. */
export const multipart = (
  parts: readonly { name: string; filename?: string; type?: string; content: string | Buffer }[],
) => {
  const boundary = 'boundary-of-the-test';
  const payload = Buffer.concat([
    ...parts.flatMap(({ name, filename, type, content }) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n${type ? `Content-Type: ${type}\r\n` : ''}\r\n`,
      ),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return {
    payload,
    headers: { host: 'localhost', 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
};
