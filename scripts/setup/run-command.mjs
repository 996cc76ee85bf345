import { spawn } from 'node:child_process';

/**
 * Runs a command with its output passed through.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} its exit code; 127 where it cannot be started, 128 + n where a signal ended it
 */
export const runCommand = (command, args, options = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });

/** The same, but a failure ends the script with one line that says what was tried. */
export const mustRun = async (command, args, options = {}) => {
  const code = await runCommand(command, args, options);
  if (code === 0) return;
  console.error(`\n${command} ${args.join(' ')} failed (exit code ${code}).`);
  process.exit(code);
};

/**
 * Runs a command quietly.
 *
 * @returns {Promise<{ code: number, output: string }>}
 */
export const capture = (command, args, options = {}) =>
  new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', () => resolve({ code: 127, output }));
    child.once('exit', (code) => resolve({ code: code ?? 128, output }));
  });
