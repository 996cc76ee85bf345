import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, so that another one can tell later whether it still runs. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The kernel's start time of the process, so that a reused pid is not taken for it; empty where unknown. */
  readonly started: string;
  /** Machine, boot and pid namespace: where `pid` means something. */
  readonly place: string;
}

export const thisProcess = (): ProcessIdentity => ({
  pid: process.pid,
  started: startOf(process.pid),
  place: [hostname(), textOf('/proc/sys/kernel/random/boot_id').trim(), namespaceHere()].join(' '),
});

/** Whether a process runs, seen from `me`; unknown for other machines and containers, and where pids may be reused unseen. */
export const isRunning = (other: ProcessIdentity, me: ProcessIdentity): boolean | 'unknown' => {
  if (other.place !== me.place) return 'unknown';
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return other.started === '' ? 'unknown' : startOf(other.pid) === other.started;
};

/** Start time in the kernel's ticks since boot; empty where there is no /proc. */
const startOf = (pid: number): string => {
  const status = textOf(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold anything; the state is the 3rd, the start the 22nd.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  // A killed process that nobody has waited for yet writes no more.
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
};

const namespaceHere = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
