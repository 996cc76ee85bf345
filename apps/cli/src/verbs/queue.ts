import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Catalogue, FailureFilter } from '@soundalike/catalogue';
import { SoundalikeError, visibleLine } from '@soundalike/core';
import type { JobQueue } from '@soundalike/queue';
import { formatLocation } from '@soundalike/source';
import type { Context } from '../context.ts';
import { exportFailures, formatAttempt, readFilter } from '../queue-failures.ts';
import { readNumber } from '../read-number.ts';
import { defineVerb, type Invocation } from '../verb.ts';

type Action = (invocation: Invocation) => Promise<number>;

const status: Action = async ({ context, output }) => {
  const catalogue = await context.catalogue();
  const [queue, items, [run]] = await Promise.all([
    (await context.queue()).counts(),
    catalogue.stateCounts(),
    catalogue.listRuns(1),
  ]);
  output.document({ queue, items, lastRun: run ?? null });
  output.print(
    [
      `Queue ${(await context.queue()).url.replace(/:$/, '')}: ${queue.waiting} waiting, ${queue.active} active, ${queue.delayed} delayed${queue.paused ? ', paused' : ''}`,
      `Items: ${Object.entries(items)
        .map(([state, count]) => `${count} ${state}`)
        .join(', ')}`,
      ...(run
        ? [
            `Last run ${run.id}: ${run.source}, ${run.state}, started ${new Date(run.startedAt).toISOString()}`,
          ]
        : []),
    ].join('\n'),
  );
  return 0;
};

const failures: Action = async ({ context, output, options }) => {
  const catalogue = await context.catalogue();
  const filter = await knownFilter(options, catalogue);
  if (options.format !== undefined) return exportFailures(catalogue, filter, String(options.format), output);
  const groups = await catalogue.failureGroups(filter);
  const limit = readNumber('limit', options.limit, { from: 1, to: 10_000, whole: true }) ?? 20;
  const items = await catalogue.listItems({ ...filter, state: 'failed', limit });
  output.document({ groups, items });
  output.print(
    groups.length === 0
      ? 'No failed items.'
      : groups.map(({ code, count }) => `${String(count).padStart(6)} ${code}`).join('\n'),
  );
  for (const item of items)
    output.print(
      `  ${item.id}  ${visibleLine(formatLocation(item))}\n      ${item.errorCode}: ${visibleLine(item.errorMessage ?? '')}${item.errorDetail ? `\n      ${item.errorDetail.replaceAll('\n', '\n      ')}` : ''}`,
    );
  return 0;
};

const retry: Action = async ({ context, output, options }) => {
  const catalogue = await context.catalogue();
  const itemIds = typeof options.item === 'string' ? [(await getItem(options.item, context)).id] : undefined;
  const { queued, rowsLeft } = await catalogue.retryItems({
    ...(await knownFilter(options, catalogue)),
    itemIds,
  });
  const { feedQueue } = await import('@soundalike/ingest');
  await feedQueue(catalogue, await context.queue());
  output.document({ queued: queued.length, rowsLeft });
  output.print(
    `${counted(queued.length, 'item is', 'items are')} queued again${queued.length > 0 ? '; a worker takes them, or: soundalike worker' : ''}.`,
  );
  if (rowsLeft > 0)
    output.print(
      `${counted(rowsLeft, 'row of a list', 'rows of lists')} cannot be used: mend the list and ingest it again.`,
    );
  return 0;
};

/** The filter of the options. @throws SoundalikeError `INPUT_INVALID`, and `RUN_NOT_FOUND`: of a run that never was, nothing failed, either */
const knownFilter = async (options: Invocation['options'], catalogue: Catalogue): Promise<FailureFilter> => {
  const filter = readFilter(options);
  if (filter.runId !== undefined && !(await catalogue.getRun(filter.runId)))
    throw new SoundalikeError('RUN_NOT_FOUND', `There is no run ${filter.runId}`, {
      fields: { run: filter.runId },
    });
  return filter;
};

const counted = (count: number, one: string, many: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

const why: Action = async ({ context, output, positionals }) => {
  const wanted = positionals[1];
  if (wanted === undefined)
    throw new SoundalikeError('INPUT_INVALID', 'queue why needs an item: its number, path or own id');
  const item = await getItem(wanted, context);
  const time = (value: number | null) => (value === null ? '–' : new Date(value).toISOString());
  const attempts = await (await context.catalogue()).attemptsOf(item.id);
  output.document({ ...item, attempts: item.attempts, story: attempts });
  output.print(
    [
      `Item ${item.id}: ${visibleLine(formatLocation(item))}${item.externalId ? ` (${visibleLine(item.externalId)})` : ''}`,
      `  ${item.state}${item.outcome && item.outcome !== item.state ? `, ${item.outcome}` : ''} in run ${item.runId}, attempt ${item.attempts}, try ${item.tries}${item.worker ? `, worker ${item.worker}` : ''}`,
      `  queued ${time(item.queuedAt)}, started ${time(item.startedAt)}, finished ${time(item.finishedAt)}`,
      ...(Object.keys(item.timings).length > 0
        ? [
            `  ${Object.entries(item.timings)
              .map(([stage, ms]) => `${stage} ${ms} ms`)
              .join(', ')}`,
          ]
        : []),
      ...(item.trackId
        ? [`  track ${item.trackId} in space ${item.space}, ${item.audioSeconds?.toFixed(1) ?? 0} s embedded`]
        : []),
      ...(item.errorCode ? [`  ${item.errorCode}: ${visibleLine(item.errorMessage ?? '')}`] : []),
      ...(item.errorDetail ? [`  ${item.errorDetail.replaceAll('\n', '\n  ')}`] : []),
      ...(item.source ? [`  named by ${visibleLine(item.source)}`] : []),
      ...attempts.map(formatAttempt),
    ].join('\n'),
  );
  return 0;
};

const getItem = async (wanted: string, context: Context) => {
  const item = await findItem(wanted, context);
  if (item) return item;
  throw new SoundalikeError('ITEM_NOT_FOUND', `No item is called "${wanted}"`, { fields: { item: wanted } });
};

/** By number, own id or root/path, else as a file of this host, named as the shell names it. */
const findItem = async (wanted: string, context: Context) => {
  const catalogue = await context.catalogue();
  const named = await catalogue.findItem(wanted);
  if (named) return named;
  const { locateBelow, readRoots } = await import('@soundalike/ingest');
  const absolute = resolve(wanted);
  const roots = await readRoots(catalogue, context.config.roots);
  for (const place of [absolute, await realpath(absolute).catch(() => absolute)]) {
    const location = locateBelow(place, roots);
    const found = location && (await catalogue.findItem(`${location.root}/${location.path}`));
    if (found) return found;
  }
  return undefined;
};

const change =
  (name: 'pause' | 'resume' | 'drain', done: string | ((kind: JobQueue['kind']) => string)): Action =>
  async ({ context, output }) => {
    const queue = await context.queue();
    await queue[name]();
    output.document({ [name]: true });
    output.print(typeof done === 'string' ? done : done(queue.kind));
    return 0;
  };

const ACTIONS: Readonly<Record<string, Action>> = {
  status,
  failures,
  retry,
  why,
  pause: change('pause', 'Paused: workers finish what they have and take nothing more.'),
  resume: change('resume', 'Resumed.'),
  drain: change('drain', (kind) =>
    kind === 'bullmq'
      ? 'Jobs that waited in Redis are gone. The items themselves stay queued in the database, and the next worker feeds them again.'
      : 'Nothing to drain: the database itself is the queue, and items stay queued in it.',
  ),
};

const FILTER = ['code', 'run', 'source', 'since', 'until'];

/** The options that an action takes; the rest take none. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  failures: [...FILTER, 'format', 'limit'],
  retry: [...FILTER, 'item'],
};

/** An option that would be passed over might be the one that keeps thousands of items from being queued again. */
const checkOptions = (name: string, options: Invocation['options']): void => {
  const taken = ['json', 'help', ...(TAKEN[name] ?? [])];
  const other = Object.keys(options).find((option) => !taken.includes(option));
  if (other === undefined) return;
  const way = other === 'item' ? ' One item is told of by: soundalike queue why <item>.' : '';
  throw new SoundalikeError(
    'INPUT_INVALID',
    `queue ${name} takes no --${other}.${way} See: soundalike queue --help`,
  );
};

export const queue = defineVerb({
  usage: 'status | failures | retry | why <item> | pause | resume | drain',
  takes: { status: 0, failures: 0, retry: 0, why: 1, pause: 0, resume: 0, drain: 0 },
  options: {
    code: { type: 'string', value: 'CODE', help: 'only failures with this code' },
    run: { type: 'string', value: 'n', help: 'only failures of this run' },
    source: {
      type: 'string',
      value: 'text',
      help: 'only failures of a source: a part of its name, or a root',
    },
    since: { type: 'string', value: 'time', help: 'only failures since: 2h, 3d, or 2026-01-31T12:00' },
    until: { type: 'string', value: 'time', help: 'only failures before' },
    format: { type: 'string', value: 'csv|jsonl', help: 'every failure as CSV or JSON lines (failures)' },
    item: { type: 'string', value: 'item', help: 'only this item: its number, path or own id (retry)' },
    limit: { type: 'string', value: 'n', help: 'items listed at most (20)' },
  },
  examples: [
    'soundalike queue status',
    'soundalike queue failures --code AUDIO_UNDECODABLE --since 2h',
    'soundalike queue failures --source export.csv --format csv > failures.csv',
    'soundalike queue retry --code SOURCE_FETCH_FAILED',
    'soundalike queue why music/a.mp3',
  ],
  run: async (invocation) => {
    const [name = 'status'] = invocation.positionals;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action)
      throw new SoundalikeError(
        'INPUT_INVALID',
        `queue ${name}: the actions are ${Object.keys(ACTIONS).join(', ')}`,
      );
    checkOptions(name, invocation.options);
    return action(invocation);
  },
});
