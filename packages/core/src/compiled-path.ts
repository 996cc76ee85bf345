import { fileURLToPath } from 'node:url';

/**
 * The file that a thread or child process runs: compiled JavaScript, also where the module that starts it is run from its source by a test.
 *
 * @param name relative to the module, ending in `.js`
 * @param moduleUrl `import.meta.url` of the module, below its package's `src` or `dist`
 */
export const compiledPath = (name: string, moduleUrl: string): string =>
  // Greedy: of several folders of these names, the last is the package's.
  fileURLToPath(new URL(name, moduleUrl)).replace(/^(.*[\\/])(?:src|dist)([\\/].*)$/, '$1dist$2');
