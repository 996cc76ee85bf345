import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_TABLE } from './errors.ts';
import { listSettings } from './settings.ts';

const docs = (name: string) => readFileSync(join(__dirname, '../../../docs', name), 'utf8');

/** Rows of a page's tables, cells as they are written. */
const rowsOf = (page: string): string[] => page.split('\n').filter((line) => line.startsWith('| `'));

describe('generated pages are up to date (node scripts/generate-docs.mjs)', () => {
  test('docs/settings.md', () => {
    const expected = listSettings().map(
      ({ name, about, allowed, fallback }) => `| \`${name}\` | ${about} | ${allowed} | ${fallback || '–'} |`,
    );
    expect(rowsOf(docs('settings.md')).sort()).toEqual(expected.sort());
  });

  test('docs/errors.md', () => {
    const expected = Object.entries(ERROR_TABLE).map(
      ([code, { help, status, exitCode, retryable, countsAttempt }]) =>
        `| \`${code}\` | ${help} | ${status} | ${exitCode} | ${retryable ? 'yes' : 'no'} | ${countsAttempt ? 'yes' : 'no'} |`,
    );
    expect(rowsOf(docs('errors.md'))).toEqual(expected);
  });
});
