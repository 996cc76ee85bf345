import { Button, theme } from '@soundalike/design';
import { useState } from 'preact/hooks';
import type { Activity } from '../api.ts';
import { STAGES } from '../stages.ts';
import { usePolled } from '../use-polled.ts';
import { Chart, type Line } from './chart.tsx';

const RANGES = [
  { minutes: 15, label: '15 min' },
  { minutes: 60, label: '1 h' },
  { minutes: 360, label: '6 h' },
  { minutes: 1440, label: '24 h' },
] as const;

/** Where time goes, and how fast: items in each stage stacked, and clips a second. */
export const ActivityCharts = () => {
  const [minutes, setMinutes] = useState<number>(60);
  const { data } = usePolled<Activity>(`/activity?minutes=${minutes}`, 10_000);
  const columns = data && toColumns(data, minutes);
  return (
    <section class="activity">
      <header>
        <h2>
          Where time goes <span class="muted">items in each stage, on average</span>
        </h2>
        <fieldset class="ranges">
          <legend class="sr-only">Time shown</legend>
          {RANGES.map((range) => (
            <Button
              key={range.minutes}
              small
              kind="quiet"
              pressed={range.minutes === minutes}
              onClick={() => setMinutes(range.minutes)}
            >
              {range.label}
            </Button>
          ))}
        </fieldset>
      </header>
      {columns ? (
        <>
          <Chart
            key={`stages-${theme.value}`}
            label="Items in each stage over time"
            height={220}
            times={columns.times}
            lines={stacked(columns)}
          />
          <h3>Clips a second</h3>
          <Chart
            key={`clips-${theme.value}`}
            label="Clip embeddings a second over time"
            height={120}
            times={columns.times}
            lines={[{ name: 'clips/s', color: '--ink-2', values: columns.clips }]}
          />
        </>
      ) : (
        <p class="muted">Looking …</p>
      )}
    </section>
  );
};

interface Columns {
  readonly times: number[];
  readonly stages: Record<string, (number | null)[]>;
  readonly clips: (number | null)[];
}

/** The points on an even time axis up to now; pieces in which no worker beat are gaps, not zeros. */
const toColumns = ({ points, bucketSeconds }: Activity, minutes: number): Columns => {
  const end = Math.floor(Date.now() / 1000 / bucketSeconds) * bucketSeconds;
  const count = Math.ceil((minutes * 60) / bucketSeconds);
  // The piece that still goes on is left out: it would look like a drop.
  const times = Array.from({ length: count }, (_, index) => end - (count - index) * bucketSeconds);
  const byTime = new Map(points.map((point) => [Date.parse(point.at) / 1000, point]));
  const pick = (value: (point: Activity['points'][number]) => number) =>
    times.map((time) => {
      const point = byTime.get(time);
      return point ? value(point) : null;
    });
  return {
    times,
    stages: Object.fromEntries(STAGES.map(({ name }) => [name, pick(({ occupancy }) => occupancy[name])])),
    clips: pick(({ clipsPerSecond }) => clipsPerSecond),
  };
};

/** Sums up to each stage, the tallest first, so that every area covers the lower part of the one before. */
const stacked = ({ times, stages }: Columns): Line[] => {
  const sums: (number | null)[] = times.map(() => null);
  const lines = [...STAGES].reverse().map(({ name }) => {
    stages[name]?.forEach((value, index) => {
      if (value !== null) sums[index] = (sums[index] ?? 0) + value;
    });
    return { name, color: `--stage-${name}`, values: [...sums], own: stages[name] ?? [], isFilled: true };
  });
  return lines.reverse();
};
