import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

export interface Line {
  readonly name: string;
  /** A custom property of the design. */
  readonly color: string;
  readonly values: readonly (number | null)[];
  /** What the line itself amounts to, where `values` are sums. */
  readonly own?: readonly (number | null)[];
  readonly isFilled?: boolean;
}

/** A chart over time; drawn on a canvas, so `label` and a table for those who do not see it carry the words. */
export const Chart = (props: {
  label: string;
  height: number;
  times: readonly number[];
  lines: readonly Line[];
}) => {
  const { label, height, times, lines } = props;
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const data = [times, ...lines.map(({ values }) => values)] as uPlot.AlignedData;
  const latest = useRef(lines);
  latest.current = lines;

  // Once: new data go into the plot below; a new theme makes a new chart.
  useEffect(() => {
    const element = holder.current as HTMLDivElement;
    const made = new uPlot(optionsFor(element, height, latest), data, element);
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [data]);

  return (
    <figure class="chart">
      <figcaption class="sr-only">
        {label}. Latest: {lines.map((line) => `${line.name} ${lastOf(line) ?? 'nothing'}`).join(', ')}.
      </figcaption>
      <div ref={holder} aria-hidden="true" />
    </figure>
  );
};

const lastOf = ({ own, values }: Line): number | undefined =>
  (own ?? values).findLast((value) => value !== null) ?? undefined;

const optionsFor = (
  element: HTMLElement,
  height: number,
  lines: { current: readonly Line[] },
): uPlot.Options => {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--ink-3'),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(element.clientWidth, 200),
    height,
    padding: [8, 4, 0, 0],
    cursor: { points: { show: false }, y: false },
    legend: { live: true },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max, 1) * 1.05] } },
    axes: [
      { ...axis, grid: { show: false }, size: 28, space: 70, values: CLOCK },
      { ...axis, size: 40, space: 28 },
    ],
    series: [
      { value: (plot, time) => clockOf(time ?? plot.data[0].at(-1)) },
      ...lines.current.map((line, index) => ({
        label: line.name,
        stroke: color(line.color),
        width: line.isFilled ? 0 : 1.75,
        points: { show: false },
        ...(line.isFilled ? { fill: color(line.color) } : {}),
        value: (_plot: uPlot, _value: number | null, _series: number, at: number | null) => {
          const current = lines.current[index];
          const values = current?.own ?? current?.values;
          // Away from the pointer the legend tells the latest.
          const shown = at === null ? values?.findLast((value) => value !== null) : values?.[at];
          return typeof shown === 'number' ? shown.toFixed(1) : '–';
        },
      })),
    ],
  };
};

const clockOf = (time: number | undefined): string =>
  time === undefined ? '–' : new Date(time * 1000).toLocaleTimeString('en-GB');

/** 24-hour clock on the time axis, whatever the step. */
const CLOCK: uPlot.Axis.Values = (_plot, times) =>
  times.map((time) =>
    new Date(time * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }),
  );
