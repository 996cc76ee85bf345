import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { SoundalikeError } from '@soundalike/core';
import { parse } from 'csv-parse';
import Papa from 'papaparse';
import { readText } from './read-text.ts';

/** Text from which the delimiter is told, characters. */
const SAMPLE_CHARACTERS = 64 * 1024;

/** One row of a manifest: its number (the first row of data is 1) and its columns, names in lower case. */
export interface ManifestRow {
  readonly number: number;
  readonly columns: Readonly<Record<string, unknown>>;
  /** Why the row cannot be read at all. */
  readonly problem?: string | undefined;
}

/** Rows of a CSV (with a header line; any encoding and delimiter) or JSONL manifest, streamed. A row that cannot be read is given with its problem. */
export const readManifest = (path: string): AsyncIterable<ManifestRow> =>
  /\.(jsonl|ndjson)$/i.test(path) ? readJsonl(path) : readCsv(path);

async function* readJsonl(path: string): AsyncGenerator<ManifestRow> {
  let number = 0;
  for await (const line of createInterface({ input: await readText(path), crlfDelay: Infinity })) {
    const text = line.trim();
    if (text === '') continue;
    number += 1;
    yield { number, ...parseLine(text) };
  }
}

const parseLine = (text: string): Omit<ManifestRow, 'number'> => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { columns: {}, problem: 'is not a JSON object' };
    return { columns: lowerCaseNames(value as Record<string, unknown>) };
  } catch (error) {
    return { columns: {}, problem: `is not JSON: ${(error as Error).message}` };
  }
};

async function* readCsv(path: string): AsyncGenerator<ManifestRow> {
  const parser = (await readText(path)).pipe(
    parse({
      delimiter: detectDelimiter(await readStart(await readText(path))),
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    }),
  );
  let number = 0;
  try {
    for await (const columns of parser as AsyncIterable<Record<string, string>>) {
      number += 1;
      yield { number, columns };
    }
  } catch (cause) {
    throw new SoundalikeError(
      'MANIFEST_INVALID',
      `${path}: after row ${number} the CSV cannot be read: ${(cause as Error).message}`,
      { cause, fields: { path, row: number } },
    );
  }
}

/** The delimiter that cuts the first rows into the same number of columns; a comma where there is one column only. */
export const detectDelimiter = (text: string): string => {
  const { meta, errors } = Papa.parse(text, { preview: 20, delimitersToGuess: [',', ';', '\t', '|'] });
  return errors.some(({ code }) => code === 'UndetectableDelimiter') ? ',' : meta.delimiter;
};

const readStart = async (stream: Readable): Promise<string> => {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.length >= SAMPLE_CHARACTERS) break;
  }
  return text;
};

const lowerCaseNames = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name.trim().toLowerCase(), value]));
