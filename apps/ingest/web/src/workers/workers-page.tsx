import './workers.css';
import { Badge, Note } from '@soundalike/design';
import type { Worker } from '../api.ts';
import { formatAgo, formatBytes, formatSpan } from '../format.ts';
import { usePolled } from '../use-polled.ts';

/** Who works, with what, on what. */
export const WorkersPage = () => {
  const { data, error } = usePolled<{ workers: Worker[] }>('/workers', 5_000);
  if (!data) return error ? <Note tone="bad">{error}</Note> : <p class="muted">Looking …</p>;
  const running = data.workers.filter(({ status }) => status === 'working' || status === 'idle');
  const speed = running.reduce((sum, { clipsPerSecond }) => sum + clipsPerSecond, 0);
  return (
    <>
      <header class="page-head">
        <h1>
          {running.length === 0
            ? 'No worker is running'
            : `${running.length} ${running.length === 1 ? 'worker' : 'workers'}, ${speed.toFixed(0)} clips a second`}
        </h1>
      </header>
      {error && <Note tone="bad">{error}</Note>}
      {running.length === 0 && (
        <p class="muted">
          Start one: <code>soundalike worker</code>, or <code>soundalike serve</code> with the embedded queue.
        </p>
      )}
      <ul class="workers">
        {data.workers.map((worker) => (
          <li key={worker.worker} class={`panel worker ${worker.status}`}>
            <WorkerCard worker={worker} />
          </li>
        ))}
      </ul>
    </>
  );
};

const WorkerCard = ({ worker }: { worker: Worker }) => {
  const isGpuMissing = /^(cuda|webgpu)$/.test(worker.providerAsked) && worker.provider === 'cpu';
  return (
    <>
      <header>
        <h2>{worker.worker}</h2>
        <Badge tone={worker.status === 'gone' ? 'bad' : undefined}>{worker.status}</Badge>
        <span class="muted beat">
          {worker.stoppedAt ? `stopped ${formatAgo(worker.stoppedAt)}` : `beat ${formatAgo(worker.beatAt)}`}
        </span>
      </header>
      {worker.status === 'gone' && (
        <p class="bad">No sign of life. What it had in hand goes to other workers by itself.</p>
      )}
      <dl class="facts">
        <Fact name="Speed" value={`${worker.clipsPerSecond.toFixed(1)} clips/s`} />
        <Fact
          name="Provider"
          value={
            isGpuMissing ? `${worker.provider}, though ${worker.providerAsked} was asked` : worker.provider
          }
        />
        <Fact name="In hand" value={`${worker.items.length} of ${worker.concurrency}`} />
        <Fact name="Memory" value={formatBytes(worker.rssBytes)} />
        <Fact name="Model" value={worker.model} />
      </dl>
      {worker.items.length > 0 && (
        <ul class="in-hand">
          {worker.items.map(({ item, path, stage, seconds }) => (
            <li key={item}>
              <span class={`swatch stage-${stage ?? 'none'}`} />
              <span class="stage">{stage ?? 'begins'}</span>
              <a class="path" href={`#/items/${item}`} title={path}>
                {path}
              </a>
              <span class="muted number">{formatSpan(seconds)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
};

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);
