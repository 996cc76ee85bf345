import { formatDuration } from './ingest-report.ts';
import type { RunProgress } from './measure-run.ts';

/** Where there is no terminal, a line this often, ms. */
const LINE_EVERY_MS = 5_000;

const BAR_WIDTH = 24;

export interface Progress {
  /** While the source is read. */
  found(entries: number): void;
  update(progress: RunProgress): void;
  stop(): void;
}

/** Progress on stderr: three lines that stay in place on a terminal, else a line every few seconds. */
export const createProgress = (options: {
  isTerminal: boolean;
  /** A line of its own. */
  write(line: string): void;
  /** Text as it is, for terminals. */
  draw?(text: string): void;
  /** Of the terminal; a line that wraps would not be drawn over. */
  columns?(): number | undefined;
}): Progress =>
  options.isTerminal
    ? createDrawing(options.draw ?? options.write, () => options.columns?.() ?? 80)
    : createLines(options.write);

const createDrawing = (draw: (text: string) => void, columns: () => number): Progress => {
  let drawn = 0;
  const show = (lines: readonly string[]) => {
    draw(`${erase(drawn)}${lines.map((line) => `${line.slice(0, columns() - 1)}\n`).join('')}`);
    drawn = lines.length;
  };
  return {
    found: (entries) => show([`Reading the source: ${entries.toLocaleString('en')} entries`]),
    update: (progress) => {
      if (progress.total > 0) show(formatProgress(progress));
    },
    stop: () => show([]),
  };
};

/** Back to the first of so many lines, and clear from there. */
const erase = (lines: number): string => (lines === 0 ? '' : `\u001b[${lines}A\u001b[J`);

const createLines = (write: (line: string) => void): Progress => {
  let last = Date.now();
  const now = (line: () => string) => {
    if (Date.now() - last < LINE_EVERY_MS) return;
    last = Date.now();
    write(line());
  };
  return {
    found: (entries) => now(() => `reading the source: ${entries} entries`),
    update: (progress) => now(() => formatProgress(progress, { bar: false }).join(' · ')),
    stop: () => undefined,
  };
};

/** A run in three lines: tracks; audio and speed; time left and where time goes. */
export const formatProgress = (progress: RunProgress, { bar = true } = {}): string[] => {
  const { done, total, outcomes, audioSeconds, rate, etaSeconds, bottleneck, stages } = progress;
  const filled = total === 0 ? 0 : Math.round((done / total) * BAR_WIDTH);
  const drawing = bar ? `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ` : '';
  const speed = rate
    ? ` · ${Math.round(rate.tracksPerMinute)} tracks a minute · ${rate.audioPerSecond.toFixed(1)} times real time`
    : '';
  const time = Object.entries(stages)
    .sort(([, a], [, b]) => b - a)
    .map(([stage, share]) => `${stage} ${Math.round(share * 100)} %`)
    .join(', ');
  return [
    `${drawing}${done}/${total} tracks · ${outcomes.failed} failed`,
    `${formatDuration(audioSeconds)} of audio${speed}`,
    `${etaSeconds === null ? '…' : formatDuration(etaSeconds)} left${bottleneck ? ` · most time goes into ${bottleneck} (${time})` : ''}`,
  ];
};
