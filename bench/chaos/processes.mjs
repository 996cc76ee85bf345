/** Workers and embedding services that are started anew whenever they end, as a supervisor does; and their children. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const all = new Set();
process.once('exit', () => {
  for (const child of all) child.kill('SIGKILL');
});

/** @param start.env is asked before every start, so that each life may have its own. */
export const supervise = (name, start) => {
  let child;
  let isOver = false;
  const lines = [];
  const counts = { starts: 0 };
  const launch = () => {
    counts.starts += 1;
    child = spawn(process.execPath, start.argv, {
      env: start.env(counts.starts),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    all.add(child);
    let rest = '';
    const take = (chunk) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop();
      for (const line of parts) {
        lines.push(line);
        if (process.env.CHAOS_DEBUG) console.error(`${name}: ${line.slice(0, 300)}`);
      }
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const own = child;
    child.once('close', () => {
      all.delete(own);
      if (!isOver) setTimeout(launch, 200);
    });
  };
  launch();
  return {
    name,
    lines,
    counts,
    pid: () => child.pid,
    kill: () => child.kill('SIGKILL'),
    stop: () =>
      new Promise((resolve) => {
        isOver = true;
        if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
        child.once('close', resolve);
        child.kill('SIGTERM');
      }),
  };
};

/** Processes below the given ones whose command line contains a word: `{ pid, command }`. */
export const descendants = (pids, word) => {
  const parents = new Map();
  const commands = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      commands.set(Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '));
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (pid) => {
    for (let at = parents.get(pid); at; at = parents.get(at)) if (pids.includes(at)) return true;
    return false;
  };
  return [...commands]
    .filter(([pid, command]) => command.includes(word) && isBelow(pid))
    .map(([pid, command]) => ({ pid, command }));
};
