import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '@lancedb/lancedb';

export interface TidyConnection {
  readonly connection: Connection;
  close(): Promise<void>;
}

/** Folders of connections that are open; what a process leaves open goes when it ends. */
const open = new Set<string>();

process.once('exit', () => {
  for (const folder of open) rmSync(folder, { recursive: true, force: true });
});

/** One at a time, since each changes the environment of the process for a moment. */
let turn: Promise<unknown> = Promise.resolve();

/** Connects with a temporary folder that goes with the connection: LanceDB makes one for each, under the system's, and leaves it there. */
export const connectTidily = (folder: string): Promise<TidyConnection> => {
  const connecting = turn.then(() => connectNow(folder));
  turn = connecting.catch(() => undefined);
  return connecting;
};

const connectNow = async (folder: string): Promise<TidyConnection> => {
  const temporary = await mkdtemp(join(tmpdir(), 'soundalike-lancedb-'));
  open.add(temporary);
  const remove = async () => {
    await rm(temporary, { recursive: true, force: true });
    open.delete(temporary);
  };
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  try {
    // Interval 0: every read looks for the newest version, so that other processes' writes are seen.
    const connection = await connect(folder, { readConsistencyInterval: 0 });
    return {
      connection,
      close: async () => {
        connection.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
};
