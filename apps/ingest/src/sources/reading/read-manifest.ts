import type { Readable } from 'node:stream';
import { SoundalikeError } from '@soundalike/core/errors';
import { parse } from 'csv-parse/sync';
import { findDelimiter, isSeparatorLine } from './find-delimiter.ts';
import { inGroups } from './in-groups.ts';
import { columnName, hasPlace, PLACES } from './manifest-columns.ts';
import { readText } from './read-text.ts';
import { type CsvText, splitCsv } from './split-csv.ts';
import { MAX_LINE, splitLines, TOO_LONG } from './split-lines.ts';

/** Text from which the delimiter is told, characters. */
const SAMPLE_CHARACTERS = 64 * 1024;

/** Levels of lists and objects within a row of JSONL: writing far deeper ones as text would overflow the stack. */
const MAX_LEVELS = 100;

/** One row of a manifest: its number (the first row of data is 1) and its columns, names in lower case. */
export interface ManifestRow {
  readonly number: number;
  readonly columns: Readonly<Record<string, unknown>>;
  /** Why the row cannot be read at all. */
  readonly problem?: string | undefined;
}

/**
 * Rows of a CSV (with a header line; any encoding and delimiter) or JSONL manifest, streamed in groups. A row that cannot be read is given with its
 * problem.
 *
 * @param name what it is called where it cannot be read; its path says nothing to who posted it
 *
 * Throws `MANIFEST_INVALID` where a header of CSV cannot be read, names a column twice or none for the place of the audio.
 */
export const readManifest = (path: string, name: string = path): AsyncIterable<ManifestRow[]> =>
  /\.(jsonl|ndjson)$/i.test(path) ? readJsonl(path) : readCsv(path, name);

async function* readJsonl(path: string): AsyncGenerator<ManifestRow[]> {
  let number = 0;
  for await (const lines of splitLines(await readText(path))) {
    const texts = lines.map((line) => line.trim()).filter((text) => text !== '');
    for (const group of inGroups(texts))
      yield group.map((text) => {
        number += 1;
        return { number, ...parseLine(text) };
      });
  }
}

const parseLine = (text: string): Omit<ManifestRow, 'number'> => {
  if (text.length > MAX_LINE) return { columns: {}, problem: TOO_LONG };
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || Array.isArray(value)) return { columns: {}, problem: 'is not a JSON object' };
    if (Object.values(value).some(isObject) && isDeeper(value, MAX_LEVELS))
      return { columns: {}, problem: `is nested deeper than ${MAX_LEVELS} levels` };
    const names = Object.keys(value);
    const lower = names.map(columnName);
    // Nearly always names are in lower case already, and JSON keeps one of two that are equal.
    if (lower.every((name, at) => name === names[at])) return { columns: value as Record<string, unknown> };
    const twice = findTwice(lower);
    if (twice !== undefined) return { columns: {}, problem: `has two columns named "${twice}"` };
    return { columns: Object.fromEntries(Object.values(value).map((column, at) => [lower[at], column])) };
  } catch (error) {
    return { columns: {}, problem: `is not JSON: ${(error as Error).message}` };
  }
};

/** Level by level, since it is depth that recursion would fail at. */
const isDeeper = (value: object, levels: number): boolean => {
  let level = [value];
  for (let depth = 0; depth <= levels; depth++) {
    level = level.flatMap((part) => Object.values(part).filter(isObject));
    if (level.length === 0) return false;
  }
  return true;
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

async function* readCsv(path: string, name: string): AsyncGenerator<ManifestRow[]> {
  const delimiter = findDelimiter(await readStart(await readText(path)));
  let names: string[] | undefined;
  let number = 0;
  for await (const texts of splitCsv(withoutSeparatorLine(splitLines(await readText(path))), delimiter))
    for (const group of inGroups(texts)) {
      const rows = parseRows(group, delimiter);
      names ??= readHeader(rows.shift() as ParsedRow, name);
      const read: ManifestRow[] = [];
      for (const { values, problem } of rows) {
        number += 1;
        // A spreadsheet writes rows that are empty as delimiters.
        if (problem === undefined && values.every((value) => value === '')) continue;
        read.push({ number, columns: nameValues(names as string[], values), problem });
      }
      yield read;
    }
}

/** Drops it where it is the first line that is not empty. */
async function* withoutSeparatorLine(groups: AsyncIterable<string[]>): AsyncGenerator<string[]> {
  let isStart = true;
  for await (const lines of groups) {
    const first = isStart ? lines.findIndex((line) => line.trim() !== '') : -1;
    if (first >= 0) isStart = false;
    yield first >= 0 && isSeparatorLine(lines[first] as string) ? lines.slice(first + 1) : lines;
  }
}

const readHeader = ({ values, problem }: ParsedRow, manifest: string): string[] => {
  const names = values.map(columnName);
  const fault = problem ?? faultOf(names);
  if (fault === undefined) return names;
  throw new SoundalikeError('MANIFEST_INVALID', `${manifest}: its header ${fault}`, { fields: { manifest } });
};

/** Without a place every row would fail, a hundred thousand times the same. */
const faultOf = (names: readonly string[]): string | undefined => {
  const twice = findTwice(names);
  if (twice !== undefined) return `has two columns named "${twice}"`;
  if (hasPlace(names)) return undefined;
  const wanted = PLACES.map((name) => `"${name}"`).join(', ');
  return `has none of the columns ${wanted}, one of which says where the audio is; it has ${excerpt(names.join(', '))}`;
};

/** A name that comes twice: which of its values is meant, nobody can say. Columns without a name are passed over anyway. */
const findTwice = (names: readonly string[]): string | undefined =>
  names.find((name, at) => name !== '' && names.indexOf(name) !== at);

const nameValues = (names: readonly string[], values: readonly string[]) =>
  Object.fromEntries(values.slice(0, names.length).map((value, place) => [names[place] as string, value]));

interface ParsedRow {
  readonly values: string[];
  readonly problem?: string | undefined;
}

/** The values of each row; where the rows cannot be read together, one by one, so that only the guilty have a problem. */
const parseRows = (texts: readonly CsvText[], delimiter: string): ParsedRow[] => {
  const [only] = texts;
  const isUnreadable = ({ text, isOpen }: CsvText) => isOpen || text.length > MAX_LINE;
  if (only && isUnreadable(only))
    return [
      {
        values: [],
        problem: only.isOpen ? `has a quote that is never closed: ${excerpt(only.text)}` : TOO_LONG,
      },
      ...parseRows(texts.slice(1), delimiter),
    ];
  if (texts.some(isUnreadable)) return texts.flatMap((text) => parseRows([text], delimiter));
  try {
    const rows: string[][] = parse(texts.map(({ text }) => text).join('\n'), {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      trim: true,
    });
    if (rows.length === texts.length) return rows.map((values) => ({ values }));
    if (texts.length === 1) return [{ values: [], problem: 'has quotes that do not pair up' }];
  } catch (error) {
    if (texts.length === 1)
      return [{ values: [], problem: `cannot be read as CSV: ${(error as Error).message}` }];
  }
  return texts.flatMap((text) => parseRows([text], delimiter));
};

const excerpt = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

const readStart = async (stream: Readable): Promise<string> => {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.length >= SAMPLE_CHARACTERS) break;
  }
  return text;
};
