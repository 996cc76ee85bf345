import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const storedSchema = z.strictObject({
  version: z.literal(1),
  space: z.string(),
  /** Tracks of the space when it was made: how far the catalogue has moved on since. */
  tracks: z.int(),
  /** Milliseconds since 1970, and milliseconds it took. */
  madeAt: z.number(),
  tookMs: z.number(),
  trackIds: z.array(z.string()),
  /** x, y for each track, -1..1. */
  positions: z.array(z.number()),
});

export type StoredMap = z.infer<typeof storedSchema>;

/** The map of a space as it was last made; undefined where there is none, or none that can be read. */
export const readMap = async (folder: string, space: string): Promise<StoredMap | undefined> => {
  try {
    return storedSchema.parse(JSON.parse(await readFile(fileOf(folder, space), 'utf8')));
  } catch {
    return undefined;
  }
};

/** Keeps a map; a reader sees the one before or this one, never half of it. */
export const writeMap = async (folder: string, map: StoredMap): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const file = fileOf(folder, map.space);
  await writeFile(`${file}.${process.pid}`, JSON.stringify(map));
  await rename(`${file}.${process.pid}`, file);
};

const fileOf = (folder: string, space: string): string => join(folder, `${space}.json`);
