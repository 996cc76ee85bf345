import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg, runFfmpeg } from '../../packages/source/dist/index.js';
import { PROJECT_ROOT } from '../setup/project-root.mjs';

const TRACK = 'Elm Street Parade';
/** What is cut out of it, seconds. */
const [FROM, LENGTH] = [7, 10];

/**
 * Ten seconds of a sample track as a telephone might have sent them.
 *
 * @returns {Promise<{ name: string, mimeType: string, buffer: Buffer }>}
 */
export const excerpt = async () => {
  const rows = readFileSync(join(PROJECT_ROOT, 'samples/manifest.csv'), 'utf8').split('\n');
  const [, path] = rows.find((row) => row.split(',')[2] === TRACK)?.split(',') ?? [];
  if (!path) throw new Error(`samples/manifest.csv has no track called ${TRACK}`);
  const input = ['-ss', `${FROM}`, '-t', `${LENGTH}`, '-i', join(PROJECT_ROOT, 'samples', path)];
  return { name: 'heard in the café.mp3', mimeType: 'audio/mpeg', buffer: await encode(input) };
};

/** A siren: like nothing in the catalogue. */
export const siren = async () => {
  const wail = `aevalsrc='0.5*sin(2*PI*(600+300*sin(2*PI*0.5*t))*t)':d=${LENGTH}`;
  return { name: 'siren.mp3', mimeType: 'audio/mpeg', buffer: await encode(['-f', 'lavfi', '-i', wail]) };
};

const encode = async (input) => {
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-excerpt-'));
  const target = join(folder, 'excerpt.mp3');
  try {
    const { exitCode, words } = await runFfmpeg({
      ffmpeg: await findFfmpeg(process.env.FFMPEG_PATH),
      arguments: ['-v', 'error', ...input, '-b:a', '64k', target],
      timeoutMs: 60_000,
    });
    if (exitCode !== 0) throw new Error(words);
    return readFileSync(target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
