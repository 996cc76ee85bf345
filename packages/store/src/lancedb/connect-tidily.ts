import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '@lancedb/lancedb';

/** Folders of connections that are open; what a process leaves open goes when it ends. */
const open = new Set<string>();

process.once('exit', () => {
  for (const folder of open) rmSync(folder, { recursive: true, force: true });
});

/**
 * Connects with a temporary folder that goes with the connection: LanceDB makes one for each, under the system's, and leaves it there.
 *
 * @returns the connection, and what closes it
 */
export const connectTidily = async (
  folder: string,
): Promise<{ connection: Connection; close(): Promise<void> }> => {
  const temporary = await mkdtemp(join(tmpdir(), 'soundalike-lancedb-'));
  open.add(temporary);
  const before = process.env.TMPDIR;
  // LanceDB asks the environment while it connects; nothing else may see this one.
  process.env.TMPDIR = temporary;
  try {
    // Interval 0: every read looks for the newest version, so that other processes' writes are seen.
    const connection = await connect(folder, { readConsistencyInterval: 0 });
    return {
      connection,
      close: async () => {
        connection.close();
        await rm(temporary, { recursive: true, force: true });
        open.delete(temporary);
      },
    };
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
};
