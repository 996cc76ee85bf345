import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFfmpeg } from '@soundalike/source';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));

/** Length of an excerpt, seconds. */
const SECONDS = 10;

/**
 * Ten seconds out of tracks of the samples, from another place each time, as MP3 at 128 kbit/s.
 *
 * @returns {Promise<{ externalId: string, content: Buffer }[]>}
 */
export const cutExcerpts = async (count) => {
  const rows = (await readFile(join(SAMPLES, 'manifest.csv'), 'utf8')).trim().split('\n').slice(1);
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-excerpts-'));
  const ffmpeg = await findFfmpeg();
  try {
    return await Promise.all(
      Array.from({ length: count }, async (_, at) => {
        const [externalId, path] = rows[Math.floor((at * rows.length) / count)].split(',');
        const target = join(folder, `${at}.mp3`);
        const from = 3 + ((at * 0.77) % 12);
        const cut = ['-ss', from.toFixed(2), '-t', `${SECONDS}`, '-i', join(SAMPLES, path)];
        await promisify(execFile)(ffmpeg, ['-v', 'error', ...cut, '-b:a', '128k', target]);
        return { externalId, content: await readFile(target) };
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
