import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@soundalike/core';
import { type Context, createContext } from '../../context.ts';

/**
 * Runs work in a catalogue of its own with the embedded defaults, and removes it afterwards, also when the process ends at once. What the
 * settings say about ffmpeg, models and the provider holds; nothing that is kept anywhere else is touched.
 */
export const withTemporaryHome = async <T>(
  options: { config: Config; changes: Partial<Config>; isTerminal: boolean },
  work: (context: Context) => Promise<T>,
): Promise<T> => {
  const home = await mkdtemp(join(tmpdir(), 'soundalike-bench-'));
  // A second Ctrl-C ends the process without waiting.
  const removeAtOnce = () => rmSync(home, { recursive: true, force: true });
  process.once('exit', removeAtOnce);
  const config: Config = {
    ...options.config,
    home,
    databaseUrl: `sqlite:${join(home, 'catalogue.db')}`,
    vectorStoreUrl: `lancedb:${join(home, 'vectors')}`,
    queueUrl: 'database:',
    embedderUrls: [],
    coverage: 'full',
    indexProfile: 'default',
    searchPlan: 'auto',
    ...options.changes,
  };
  const context = createContext({ config, isTerminal: options.isTerminal });
  try {
    return await work(context);
  } finally {
    await context.close();
    await rm(home, { recursive: true, force: true });
    process.off('exit', removeAtOnce);
  }
};
