import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openCatalogue } from '@soundalike/catalogue';
import { silentLogger } from '@soundalike/core';
import { createEmbedder, loadModel } from '@soundalike/embedder';
import { openQueue } from '@soundalike/queue';
import { findFfmpeg } from '@soundalike/source';
import { openVectorDatabase } from '@soundalike/store';
import { temporaryFolder } from '@soundalike/testing';
import { openSource, runIngest } from '../index.ts';
import { findSameRecordings, type SameRecording } from './same-recordings.ts';

const ARTIST = join(__dirname, '../../../../samples/catalogue/Núria Àvila');

test('a transcode is the same recording as its original; another take is not', async () => {
  const ffmpeg = await findFfmpeg();
  const music = join(temporaryFolder('same'), 'music');
  mkdirSync(music);
  const original = join(ARTIST, '03 La sal.opus');
  copyFileSync(original, join(music, 'original.opus'));
  copyFileSync(join(ARTIST, '09 La sal (second take).opus'), join(music, 'take.opus'));
  copyFileSync(join(ARTIST, '01 Camí de mar.opus'), join(music, 'other.opus'));
  execFileSync(ffmpeg, ['-v', 'error', '-i', original, '-b:a', '64k', join(music, 'transcode.mp3')]);

  const catalogue = await openCatalogue('memory:');
  const embedder = await createEmbedder({ model: await loadModel({ name: 'untrained' }), processes: 2 });
  const store = await (await openVectorDatabase('memory:')).openSpace(embedder.model.space, { create: true });
  const { signal } = new AbortController();
  try {
    await runIngest({
      source: await openSource({ argument: music, workingDirectory: '/', catalogue, roots: {} }),
      catalogueName: 'default',
      queue: await openQueue({ url: 'database:', catalogue, worker: 'test:1' }),
      concurrency: 4,
      signal,
      deps: {
        catalogue,
        store,
        embedder,
        ffmpeg,
        worker: 'test:1',
        roots: {},
        temporaryFolder: temporaryFolder('fetched'),
        maxSeconds: 600,
        nice: 0,
        logger: silentLogger(),
        fetchPolicy: { allow: [], maxBytes: 1, timeoutMs: 1 },
      },
    });
    const found: SameRecording[] = [];
    for await (const pair of findSameRecordings({ catalogue, store }, signal)) found.push(pair);
    const tracks = await catalogue.getTracks(found.flatMap(({ trackIds }) => trackIds));
    expect(found.map(({ trackIds }) => trackIds.map((id) => tracks.get(id)?.location.path).sort())).toEqual([
      ['original.opus', 'transcode.mp3'],
    ]);
    expect(Math.abs(found[0]?.offsetSeconds ?? 9)).toBeLessThan(0.1);
  } finally {
    await embedder.close();
    await catalogue.close();
  }
}, 60_000);
