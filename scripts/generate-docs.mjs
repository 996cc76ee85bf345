/**
 * Writes docs/settings.md and docs/errors.md from the code that they describe. `--check` writes nothing and fails where they differ.
 * Needs a build.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT_ROOT } from './setup/project-root.mjs';

const core = pathToFileURL(join(PROJECT_ROOT, 'packages/core/dist/index.js')).href;
const { ERROR_TABLE, listSettings } = await import(core);

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

const settings = () => {
  const all = listSettings();
  const topics = [...new Set(all.map(({ topic }) => topic))];
  return [
    '# Settings',
    'Every setting is an environment variable, read once at start; a wrong one is `CONFIG_INVALID`, which names it and what is allowed. `soundalike doctor` shows what they amount to. This page is made by `node scripts/generate-docs.mjs` from the schema that checks them.',
    ...topics.flatMap((topic) => [
      `## ${topic}`,
      table(
        ['Setting', 'What it is for', 'Allowed', 'Default'],
        all
          .filter((setting) => setting.topic === topic)
          .map(({ name, about, allowed, fallback }) => [`\`${name}\``, about, allowed, fallback || '–']),
      ),
    ]),
  ].join('\n\n');
};

const errors = () =>
  [
    '# Errors',
    'Every error has a stable code: on the command line before the message, in `--json` and HTTP answers as `code`, in the ledger of failed items. "Again" says whether the same work may succeed when tried again (workers then do, with growing pauses); "counts" whether such an attempt counts towards the limit: where a server is away, workers wait and no attempt is counted. This page is made by `node scripts/generate-docs.mjs` from the table that the code uses.',
    table(
      ['Code', 'What it means and the way out', 'HTTP', 'Exit code', 'Again', 'Counts'],
      Object.entries(ERROR_TABLE).map(([code, { help, status, exitCode, retryable, countsAttempt }]) => [
        `\`${code}\``,
        help,
        `${status}`,
        `${exitCode}`,
        retryable ? 'yes' : 'no',
        countsAttempt ? 'yes' : 'no',
      ]),
    ),
  ].join('\n\n');

const PAGES = { 'docs/settings.md': settings, 'docs/errors.md': errors };

const stale = [];
for (const [path, make] of Object.entries(PAGES)) {
  const file = join(PROJECT_ROOT, path);
  const text = `${make()}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
}
if (!process.argv.includes('--check'))
  console.error(stale.length > 0 ? `Written: ${stale.join(', ')}` : 'Up to date.');
else if (stale.length > 0) {
  console.error(`Not up to date: ${stale.join(', ')}. Run: node scripts/generate-docs.mjs`);
  process.exit(1);
}
