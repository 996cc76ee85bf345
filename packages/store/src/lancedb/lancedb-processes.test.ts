import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { openVectorDatabase } from '../index.ts';
import { makeTrack, randomNumbers } from '../vector-store.fixtures.ts';

/** A process that writes tracks named `<prefix><n>` one after another and prints the number of each acknowledged one. */
const writer = (url: string, prefix: string, count: number): ChildProcess => {
  const built = (file: string) => JSON.stringify(join(import.meta.dirname, '../../dist', file));
  return spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { openVectorDatabase } from ${built('index.js')};
       import { makeTrack, randomNumbers } from ${built('vector-store.fixtures.js')};
       const database = await openVectorDatabase(${JSON.stringify(url)});
       const store = await database.openSpace('shared', { create: true });
       const random = randomNumbers(1);
       for (let i = 0; i < ${count}; i++) {
         const { track, clips } = makeTrack('${prefix}' + i, { random });
         await store.upsertTrack(track, clips);
         process.stdout.write(i + '\\n');
       }
       await database.close();`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
};

describe('LanceDB with several processes', () => {
  jest.setTimeout(60_000);

  test('two processes and this one write at once; each track lands once, and all see all', async () => {
    const url = `lancedb:${temporaryFolder('lancedb-processes')}`;
    const children = [writer(url, 'a', 15), writer(url, 'b', 15)];
    const ended = children.map((child) => once(child, 'exit'));
    const database = await openVectorDatabase(url);
    const store = await database.openSpace('shared', { create: true });
    const random = randomNumbers(2);
    for (let i = 0; i < 15; i++) {
      const { track, clips } = makeTrack(`c${i}`, { random });
      await store.upsertTrack(track, clips);
    }
    expect((await Promise.all(ended)).map(([code]) => code)).toEqual([0, 0]);
    expect(await store.counts()).toEqual({ tracks: 45, clips: 135 });
    await database.close();
  });

  test('a writer killed with -9 leaves what it had acknowledged, whole, and the next one goes on', async () => {
    const url = `lancedb:${temporaryFolder('lancedb-processes')}`;
    const child = writer(url, 'a', 1000);
    let acknowledged = -1;
    child.stdout?.on('data', (chunk: Buffer) => {
      acknowledged = Number(chunk.toString().trim().split('\n').at(-1));
      if (acknowledged >= 5) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    const database = await openVectorDatabase(url);
    const store = await database.openSpace('shared');
    const ids = Array.from({ length: acknowledged + 1 }, (_, i) => `a${i}`);
    const clips = await store.clipsOf(ids);
    for (const id of ids) expect(clips.get(id)?.clips).toHaveLength(3);
    const { track, clips: rows } = makeTrack('next', { random: randomNumbers(3) });
    await store.upsertTrack(track, rows);
    await store.optimize();
    expect((await store.counts()).tracks).toBeGreaterThanOrEqual(ids.length + 1);
    await database.close();
  });

  test('a reader creates nothing, not even the folder', async () => {
    const folder = join(temporaryFolder('lancedb-reader'), 'nothing-here');
    const database = await openVectorDatabase(`lancedb:${folder}`, { readOnly: true });
    expect(await database.listSpaces()).toEqual([]);
    await expect(database.openSpace('a', { create: true })).rejects.toMatchObject({ code: 'INDEX_EMPTY' });
    await expect(database.dropSpace('a')).rejects.toMatchObject({ code: 'STORE_REJECTED' });
    expect(existsSync(folder)).toBe(false);
  });

  test('a folder elsewhere is refused with the reason', async () => {
    await expect(openVectorDatabase('lancedb:s3://bucket/x')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(openVectorDatabase('lancedb:')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
