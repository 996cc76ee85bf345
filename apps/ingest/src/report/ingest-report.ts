import type { FailureGroup } from '@soundalike/catalogue';
import { visibleLine } from '@soundalike/core';
import { NOT_ALL_SEEN } from '../scan/record-source.ts';

/** What an ingest run did: the document that `ingest --json` prints. */
export interface IngestReport {
  readonly run: number;
  readonly indexed: number;
  readonly unchanged: number;
  readonly duplicate: number;
  readonly failed: number;
  readonly gone: number;
  /** Tracks removed from the index because nothing holds them any more (`--prune`). */
  readonly pruned: number;
  /** Whether all of the source could be read; else nothing counts as gone. */
  readonly sawEverything: boolean;
  readonly cancelled: number;
  /** Named by a later run, too, while this one was at work, and counted there. */
  readonly handedOver: number;
  /** Still queued because the run was stopped; the same command goes on with them. */
  readonly pending: number;
  readonly failures: readonly FailureGroup[];
  /** Audio embedded in this run. */
  readonly audioSeconds: number;
  readonly wallSeconds: number;
}

/**
 * The report for people.
 *
 * @param selections what of the source was asked for: `artist=Ann`
 */
export const formatReport = (report: IngestReport, selections: readonly string[] = []): string => {
  const { indexed, unchanged, duplicate, failed, gone, pruned, cancelled, pending, handedOver } = report;
  const { audioSeconds, wallSeconds } = report;
  const done = indexed + duplicate;
  const found = done + unchanged + failed + cancelled + pending + handedOver;
  const states = [
    ['indexed', indexed],
    ['unchanged', unchanged],
    ['duplicate', duplicate],
    ['failed', failed],
    ['gone', gone],
    ['pruned', pruned],
    ['cancelled', cancelled],
    ['pending', pending],
    ['taken over by a later run', handedOver],
  ] as const;
  return [
    `Run ${report.run}: ${states
      .filter(([name, count]) => count > 0 || name === 'indexed')
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
    ...(done > 0 && wallSeconds > 0
      ? [
          `${formatDuration(audioSeconds)} of audio in ${formatDuration(wallSeconds)}: ${Math.round((done / wallSeconds) * 3600).toLocaleString('en')} tracks an hour, ${Math.round(audioSeconds / wallSeconds)} times real time`,
        ]
      : []),
    ...report.failures.map(
      ({ code, count, examples }) =>
        `  ${String(count).padStart(5)} ${code}: ${examples.map(visibleLine).join(', ')}${count > examples.length ? ', …' : ''}`,
    ),
    ...(failed > 0
      ? [[`Look at them: soundalike queue failures --run ${report.run}`, ...waysOut(report)].join('     ')]
      : []),
    ...(found === 0 ? [whyNothing(selections)] : []),
    ...(report.sawEverything || pending > 0 ? [] : [NOT_ALL_SEEN]),
    ...(pending > 0 ? ['Stopped before the end; the same command goes on where this one was.'] : []),
  ].join('\n');
};

/** Rows of lists are not tried again as they are; only what else failed is. */
const waysOut = ({ run, failures }: IngestReport): string[] => {
  const rows = failures.filter(({ code }) => OF_ROWS.includes(code));
  return [
    ...(rows.length < failures.length ? [`try again: soundalike queue retry --run ${run}`] : []),
    ...(rows.length > 0 ? [`${rows[0]?.code}: mend the list and ingest it again`] : []),
  ];
};

/** Codes that say what is wrong with a list. */
const OF_ROWS = ['MANIFEST_INVALID', 'INPUT_INVALID'];

const whyNothing = (selections: readonly string[]): string =>
  selections.length > 0
    ? `Nothing of the source matches ${selections.map((text) => `--select ${visibleLine(text)}`).join(' ')}.`
    : 'The source names no audio: no file, row or line of it is a track.';

/** Seconds as `8 s`, `2:05 min` or `3:20 h`. */
export const formatDuration = (seconds: number): string => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, '0')} min`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`;
};
