import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SoundalikeError } from '@soundalike/core/errors';

const run = promisify(execFile);

/**
 * The ffmpeg to use: the configured one (FFMPEG_PATH), else the one that the package ffmpeg-static brought, else the PATH's.
 *
 * @returns a path or command name that answered `-version`
 * @throws SoundalikeError `FFMPEG_MISSING` naming the three places and what each said
 */
export const findFfmpeg = async (configured?: string): Promise<string> => {
  if (configured) {
    const problem = await problemOf(configured);
    if (!problem) return configured;
    throw new SoundalikeError(
      'FFMPEG_MISSING',
      `FFMPEG_PATH names "${configured}", which does not run: ${problem}`,
    );
  }
  const bundled = await bundledPath();
  const bundledProblem = bundled ? await problemOf(bundled) : 'not installed';
  if (bundled && !bundledProblem) return bundled;
  const pathProblem = await problemOf('ffmpeg');
  if (!pathProblem) return 'ffmpeg';
  throw new SoundalikeError(
    'FFMPEG_MISSING',
    `No ffmpeg: FFMPEG_PATH is not set, ffmpeg-static: ${bundledProblem}, PATH: ${pathProblem}`,
  );
};

/** ffmpeg-static is optional: its binary comes from a host that a firewalled machine cannot reach. */
const bundledPath = async (): Promise<string | undefined> => {
  try {
    const name = 'ffmpeg-static';
    const module = (await import(name)) as { default: string | null };
    return module.default ?? undefined;
  } catch {
    return undefined;
  }
};

const problemOf = async (command: string): Promise<string | undefined> => {
  try {
    await run(command, ['-hide_banner', '-version'], { timeout: 10_000 });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? 'not found'
      : (error as Error).message.split('\n')[0];
  }
};
