import type { RunCounts } from '@soundalike/catalogue';
import { Presets, SingleBar } from 'cli-progress';
import { formatDuration } from './ingest-report.ts';

/** Where there is no terminal, a line this often, ms. */
const LINE_EVERY_MS = 5_000;

export interface Progress {
  update(counts: RunCounts): void;
  stop(): void;
}

/** Progress on stderr: a bar on a terminal, else a line every few seconds. */
export const createProgress = (options: { isTerminal: boolean; write(line: string): void }): Progress =>
  options.isTerminal ? createBar() : createLines(options.write);

/** Items to do and done in this run; what was unchanged is neither. */
const measure = ({ total, outcomes, audioSeconds }: RunCounts, began: number) => {
  const done = outcomes.indexed + outcomes.duplicate + outcomes.failed;
  const all = total - outcomes.unchanged - outcomes.gone - outcomes.cancelled;
  const seconds = (Date.now() - began) / 1000;
  const rate = seconds > 0 ? done / seconds : 0;
  return {
    done,
    all,
    audio: formatDuration(audioSeconds),
    rate: (rate * 60).toFixed(0),
    eta: rate > 0 ? formatDuration((all - done) / rate) : '…',
    failed: outcomes.failed,
  };
};

const createBar = (): Progress => {
  const began = Date.now();
  const bar = new SingleBar(
    {
      format:
        '{bar} {value}/{total} tracks · {audio} of audio · {rate} a minute · {left} left · {failed} failed',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    update: (counts) => {
      const { done, all, eta, ...rest } = measure(counts, began);
      if (all === 0) return;
      if (!isStarted) bar.start(all, done, { left: eta, ...rest });
      isStarted = true;
      bar.setTotal(all);
      bar.update(done, { left: eta, ...rest });
    },
    stop: () => bar.stop(),
  };
};

const createLines = (write: (line: string) => void): Progress => {
  const began = Date.now();
  let last = began;
  return {
    update: (counts) => {
      if (Date.now() - last < LINE_EVERY_MS) return;
      last = Date.now();
      const { done, all, audio, rate, eta, failed } = measure(counts, began);
      write(`${done}/${all} tracks, ${audio} of audio, ${rate} a minute, ${eta} left, ${failed} failed`);
    },
    stop: () => undefined,
  };
};
