import { formatLength } from '@soundalike/design';
import type { Run } from '../api.ts';
import { formatCount, formatSpan } from '../format.ts';
import { itemsLink } from '../route.ts';
import { STAGES } from '../stages.ts';

/** Parts of a run in the order in which they fill the bar; `state` is the filter that shows them. */
const PARTS = [
  { name: 'indexed', state: 'indexed' },
  { name: 'duplicate', state: 'duplicate' },
  { name: 'unchanged', state: undefined },
  { name: 'failed', state: 'failed' },
  { name: 'active', state: 'active' },
  { name: 'queued', state: 'queued' },
  { name: 'gone', state: 'gone' },
  { name: 'cancelled', state: 'cancelled' },
  { name: 'handedOver', state: undefined },
] as const;

/** What a part is called where its name is not a word. */
const WORDS: Partial<Record<(typeof PARTS)[number]['name'], string>> = {
  handedOver: 'taken over by later runs',
};

/** What the latest run is at, in one sentence and one bar. */
export const RunHeadline = ({ run, isPaused }: { run: Run; isPaused: boolean }) => {
  const { counts, progress } = run;
  return (
    <section class="headline" aria-label={`Run ${run.run}`}>
      <h2>{sentence(run, isPaused)}</h2>
      <p class="source" title={run.source}>
        Run {run.run} · {run.source}
      </p>
      <div
        class="parts"
        role="img"
        aria-label={PARTS.map(({ name }) => `${counts[name]} ${WORDS[name] ?? name}`).join(', ')}
      >
        {PARTS.map(
          ({ name }) =>
            counts[name] > 0 && <span key={name} class={`part ${name}`} style={{ flexGrow: counts[name] }} />,
        )}
      </div>
      <ul class="legend">
        {PARTS.filter(({ name }) => counts[name] > 0).map(({ name, state }) => (
          <li key={name}>
            <span class={`swatch ${name}`} />
            {state ? (
              <a href={itemsLink({ run: run.run, state })}>
                <strong>{formatCount(counts[name])}</strong> {name}
              </a>
            ) : (
              <span>
                <strong>{formatCount(counts[name])}</strong> {WORDS[name] ?? name}
              </span>
            )}
          </li>
        ))}
      </ul>
      <dl class="facts">
        {progress && (
          <>
            <Fact name="Left" value={progress.etaSeconds === null ? '…' : formatSpan(progress.etaSeconds)} />
            <Fact name="Rate" value={`${formatCount(Math.round(progress.itemsPerMinute))} a minute`} />
            <Fact name="Speed" value={`${Math.round(progress.timesRealTime)} × real time`} />
          </>
        )}
        <Fact name="Audio embedded" value={formatLength(run.audioSeconds)} />
        <Fact name={progress ? 'Running for' : 'Took'} value={formatSpan(run.wallSeconds)} />
        {progress?.bottleneck && (
          <Fact
            name="Most time goes into"
            value={STAGES.find(({ name }) => name === progress.bottleneck)?.doing ?? progress.bottleneck}
          />
        )}
      </dl>
    </section>
  );
};

const sentence = ({ state, counts, progress }: Run, isPaused: boolean): string => {
  const left = counts.queued + counts.active;
  if (state === 'scanning') return `Looking through the source: ${formatCount(counts.total)} items so far`;
  if (state === 'interrupted')
    return left > 0 ? `Stopped with ${formatCount(left)} items to go` : 'Stopped; nothing is left to do';
  if (state === 'done')
    return counts.failed > 0 ? `Done; ${formatCount(counts.failed)} items failed` : 'Done, without failures';
  if (isPaused) return `Paused at ${percent(progress?.share ?? 0)}`;
  return `${percent(progress?.share ?? 0)} done`;
};

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);
