import './overview.css';
import { Note } from '@soundalike/design';
import { useEffect, useState } from 'preact/hooks';
import { type Queue, type Run, watchRun } from '../api.ts';
import { usePolled } from '../use-polled.ts';
import { ActivityCharts } from './activity-charts.tsx';
import { QueuePanel } from './queue-panel.tsx';
import { RunHeadline } from './run-headline.tsx';
import { RunTable } from './run-table.tsx';

/** The run that goes on, where time goes, the queue, and the runs before. */
export const Overview = () => {
  const runs = usePolled<{ runs: Run[] }>('/runs?limit=20', 5_000);
  const queue = usePolled<Queue>('/queue', 3_000);
  const latest = useFollowed(runs.data?.runs[0]);
  if (!runs.data) return runs.error ? <Note tone="bad">{runs.error}</Note> : <p class="muted">Looking …</p>;
  return (
    <>
      <h1 class="sr-only">Ingest</h1>
      {(runs.error ?? queue.error) && <Note tone="bad">{runs.error ?? queue.error}</Note>}
      <div class="overview">
        <div class="main-column">
          {latest ? <RunHeadline run={latest} isPaused={queue.data?.paused ?? false} /> : <NoRuns />}
          <ActivityCharts />
        </div>
        {queue.data && <QueuePanel queue={queue.data} reload={queue.reload} />}
      </div>
      {runs.data.runs.length > 0 && <RunTable runs={runs.data.runs} />}
    </>
  );
};

/** The run as its events tell it while it goes on; otherwise as it was looked up. */
const useFollowed = (run: Run | undefined): Run | undefined => {
  const [followed, setFollowed] = useState<Run>();
  const id = run?.finishedAt === null ? run.run : undefined;
  useEffect(() => (id === undefined ? undefined : watchRun(id, setFollowed)), [id]);
  return followed && followed.run === id ? followed : run;
};

const NoRuns = () => (
  <section class="headline">
    <h2>Nothing has been ingested yet</h2>
    <p class="muted">
      Give it a folder, a manifest or a list of links: <code>soundalike ingest ~/Music</code>
    </p>
  </section>
);
