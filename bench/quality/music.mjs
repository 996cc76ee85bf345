import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOUNDFONT = '/usr/share/sounds/sf2/TimGM6mb.sf2';

/**
 * The music of the bench, rendered once into a folder that is kept: 540 files of 90 artists, 120 strangers, 2,000 distractors.
 *
 * @returns rows of its manifest, with absolute paths
 */
export const readMusic = (folder, counts) => {
  const wanted = [
    '--artists',
    counts.artists,
    '--strangers',
    counts.strangers,
    '--distractors',
    counts.distractors,
  ];
  if (!existsSync(SOUNDFONT))
    throw new Error(
      `${SOUNDFONT} is missing; on Debian: apt-get install fluidsynth timgm6mb-soundfont ffmpeg`,
    );
  const script = fileURLToPath(new URL('make_music.py', import.meta.url));
  execFileSync(
    'python3',
    [script, '--soundfont', SOUNDFONT, '--out', folder, ...wanted.map((value) => `${value}`)],
    { stdio: ['ignore', 'ignore', 'inherit'], cwd: fileURLToPath(new URL('../..', import.meta.url)) },
  );
  const lines = readFileSync(join(folder, 'music.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line)).map((row) => ({ ...row, file: join(folder, row.path) }));
};
