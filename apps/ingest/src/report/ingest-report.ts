import type { FailureGroup } from '@soundalike/catalogue';
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
  /** Still queued because the run was stopped; the same command goes on with them. */
  readonly pending: number;
  readonly failures: readonly FailureGroup[];
  /** Audio embedded in this run. */
  readonly audioSeconds: number;
  readonly wallSeconds: number;
}

/** The report for people. */
export const formatReport = (report: IngestReport): string => {
  const { indexed, unchanged, duplicate, failed, gone, pruned, cancelled, pending } = report;
  const { audioSeconds, wallSeconds } = report;
  const done = indexed + duplicate;
  const found = done + unchanged + failed + cancelled + pending;
  const states = [
    ['indexed', indexed],
    ['unchanged', unchanged],
    ['duplicate', duplicate],
    ['failed', failed],
    ['gone', gone],
    ['pruned', pruned],
    ['cancelled', cancelled],
    ['pending', pending],
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
        `  ${String(count).padStart(5)} ${code}: ${examples.join(', ')}${count > examples.length ? ', …' : ''}`,
    ),
    ...(failed > 0
      ? [
          `Look at them: soundalike queue failures --run ${report.run}     try again: soundalike queue retry --run ${report.run}`,
        ]
      : []),
    ...(found === 0 ? ['The source names no audio: no file, row or line of it is a track.'] : []),
    ...(report.sawEverything || pending > 0 ? [] : [NOT_ALL_SEEN]),
    ...(pending > 0 ? ['Stopped before the end; the same command goes on where this one was.'] : []),
  ].join('\n');
};

/** Seconds as `8 s`, `2:05 min` or `3:20 h`. */
export const formatDuration = (seconds: number): string => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, '0')} min`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`;
};
