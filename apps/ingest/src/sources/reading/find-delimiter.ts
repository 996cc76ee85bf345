import Papa from 'papaparse';
import { columnName, hasPlace } from './manifest-columns.ts';
import { LINE_END } from './split-lines.ts';

const DELIMITERS = [',', ';', '\t', '|'];

/** The line that spreadsheets write before the header: `sep=;`, quoted or filled up with the delimiter. */
const SEPARATOR_LINE = /^\s*"?sep=([^a-z0-9"\r\n ])"?\1*\s*$/i;

export const isSeparatorLine = (line: string): boolean => SEPARATOR_LINE.test(line);

/**
 * The delimiter of a CSV text: what its first line says, where the header then has a place for the audio; else one that gives the header such a place;
 * else the one that cuts the first rows into the same number of columns. A comma where there is one column only.
 */
export const findDelimiter = (text: string): string => {
  const lines = text.split(LINE_END).filter((line) => line.trim() !== '');
  const said = SEPARATOR_LINE.exec(lines[0] ?? '')?.[1];
  const rows = said === undefined ? lines : lines.slice(1);
  const namesWith = (delimiter: string): string[] =>
    (Papa.parse<string[]>(rows[0] ?? '', { delimiter }).data[0] ?? []).map(columnName);
  const fits = (delimiter: string) => hasPlace(namesWith(delimiter));
  if (said !== undefined && fits(said)) return said;
  const fitting = DELIMITERS.filter(fits);
  const [only] = fitting;
  if (only !== undefined && namesWith(only).length === 1) return ',';
  if (only !== undefined && fitting.length === 1) return only;
  const { meta, errors } = Papa.parse(rows.join('\n'), {
    preview: 20,
    delimitersToGuess: fitting.length > 0 ? fitting : DELIMITERS,
  });
  return errors.some(({ code }) => code === 'UndetectableDelimiter') ? ',' : meta.delimiter;
};
