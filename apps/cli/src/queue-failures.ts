import type { Attempt, Catalogue, FailureFilter, Item } from '@soundalike/catalogue';
import { ERROR_TABLE, SoundalikeError, visibleLine } from '@soundalike/core';
import { formatLocation } from '@soundalike/source';
import type { Output } from './output.ts';
import type { OptionValue } from './verb.ts';

/** Items read at once for an export. */
const PAGE = 1_000;

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The options `--code --run --source --since --until` as a filter. @throws SoundalikeError `INPUT_INVALID` */
export const readFilter = (options: Readonly<Record<string, OptionValue>>): FailureFilter => {
  const text = (name: string) => (typeof options[name] === 'string' ? (options[name] as string) : undefined);
  const run = text('run');
  if (run !== undefined && !/^\d{1,15}$/.test(run))
    throw new SoundalikeError('INPUT_INVALID', `--run must be the number of a run, got "${run}"`);
  const code = text('code');
  if (code !== undefined && !Object.hasOwn(ERROR_TABLE, code))
    throw new SoundalikeError(
      'INPUT_INVALID',
      `--code must be one of the codes in docs/errors.md, as AUDIO_UNDECODABLE, got "${code}"`,
    );
  return {
    code,
    runId: run === undefined ? undefined : Number(run),
    source: text('source'),
    since: readTime('since', text('since')),
    until: readTime('until', text('until')),
  };
};

/** `2h` ago, `3d` ago, or an instant, as milliseconds since 1970. */
const readTime = (name: string, text: string | undefined, now = Date.now()): number | undefined => {
  if (text === undefined) return undefined;
  const ago = /^(\d+)([mhd])$/.exec(text);
  const time = ago ? now - Number(ago[1]) * (UNITS[ago[2] as string] as number) : Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw new SoundalikeError(
    'INPUT_INVALID',
    `--${name} must be 30m, 2h, 3d or an instant such as 2026-01-31T12:00, got "${text}"`,
  );
};

const COLUMNS = [
  'item',
  'location',
  'externalId',
  'source',
  'code',
  'message',
  'words',
  'attempts',
  'finishedAt',
];

/** Every failed item, a line each, to stdout; memory stays small however many there are. */
export const exportFailures = async (
  catalogue: Catalogue,
  filter: FailureFilter,
  format: string,
  output: Output,
): Promise<number> => {
  if (format !== 'csv' && format !== 'jsonl')
    throw new SoundalikeError('INPUT_INVALID', `--format must be csv or jsonl, got "${format}"`);
  if (format === 'csv') output.data(COLUMNS.join(','));
  for (let after = 0; ; ) {
    const page = await catalogue.listItems({ ...filter, state: 'failed', after, limit: PAGE });
    for (const item of page) {
      const row = toRow(item);
      output.data(
        format === 'csv'
          ? row.map(([, value]) => csvField(value)).join(',')
          : JSON.stringify(Object.fromEntries(row)),
      );
    }
    after = page.at(-1)?.id ?? after;
    if (page.length < PAGE) return 0;
  }
};

const toRow = (item: Item): [string, string | number | null][] => {
  const values = [
    item.id,
    formatLocation(item),
    item.externalId,
    item.source,
    item.errorCode,
    item.errorMessage,
    item.errorDetail,
    item.attempts,
    item.finishedAt === null ? null : new Date(item.finishedAt).toISOString(),
  ];
  return COLUMNS.map((name, i) => [name, values[i] ?? null]);
};

/** Quoted where needed; a leading = + - @ would be a formula to spreadsheets. */
const csvField = (value: string | number | null): string => {
  if (value === null) return '';
  const text = String(value).replace(/^(?=[=+\-@\t\r])/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One attempt in a line, with the tool's words below. */
export const formatAttempt = (attempt: Attempt): string => {
  const { number, outcome, worker, startedAt, finishedAt, stage, code, message, detail, timings } = attempt;
  const seconds = startedAt === null ? '' : ` after ${((finishedAt - startedAt) / 1000).toFixed(1)} s`;
  const spent = Object.entries(timings).map(([name, ms]) => `${name} ${ms} ms`);
  return [
    `  attempt ${number}: ${outcome}${seconds} on ${worker ?? '–'}, ${new Date(finishedAt).toISOString()}${spent.length > 0 ? ` (${spent.join(', ')})` : ''}`,
    ...(code ? [`    ${stage ? `in ${stage}, ` : ''}${code}: ${visibleLine(message ?? '')}`] : []),
    ...(detail ? [`    ${detail.replaceAll('\n', '\n    ')}`] : []),
  ].join('\n');
};
