import { Badge, Button } from '@soundalike/design';
import { post, type Queue } from '../api.ts';
import { formatCount, formatSpan } from '../format.ts';
import { itemsLink } from '../route.ts';
import { act } from '../toast.tsx';

/** The queue with its switch, and the ledger in numbers. */
export const QueuePanel = ({ queue, reload }: { queue: Queue; reload(): void }) => {
  const toggle = () =>
    act(async () => {
      const { paused } = await post<{ paused: boolean }>(`/queue/${queue.paused ? 'resume' : 'pause'}`);
      reload();
      return paused
        ? 'Paused. Jobs in hand are finished, no new ones are taken.'
        : 'Workers take jobs again.';
    });
  return (
    <aside class="panel queue-panel" aria-label="Queue">
      <header>
        <h2>Queue</h2>
        {queue.paused ? (
          <Badge tone="warn">paused</Badge>
        ) : (
          <Badge>{queue.active > 0 ? 'working' : 'idle'}</Badge>
        )}
      </header>
      <p class="big">
        <strong>{formatCount(queue.waiting)}</strong> waiting
      </p>
      <dl class="rows">
        <Row name="In hand" value={formatCount(queue.active)} />
        <Row name="Held back for a retry" value={formatCount(queue.delayed)} />
        <Row
          name="Oldest waits"
          value={queue.oldestSeconds === null ? '–' : formatSpan(queue.oldestSeconds)}
        />
      </dl>
      <div class="actions">
        <Button small icon={queue.paused ? 'play' : 'pause'} disabled={!queue.mayAct} onClick={toggle}>
          {queue.paused ? 'Resume' : 'Pause'}
        </Button>
        {queue.board && (
          <a class="button small quiet" href={queue.board}>
            Raw queue
          </a>
        )}
      </div>
      {!queue.mayAct && <p class="muted small">Your key may look, not act: pausing needs the admin scope.</p>}
      <h3>All items</h3>
      <dl class="rows">
        {Object.entries(queue.items)
          .filter(([, count]) => count > 0)
          .map(([state, count]) => (
            <Row key={state} name={state} value={formatCount(count)} href={itemsLink({ state })} />
          ))}
      </dl>
      <p class="muted small where">{queue.url === 'database:' ? 'kept in the database' : queue.url}</p>
    </aside>
  );
};

const Row = ({ name, value, href }: { name: string; value: string; href?: string }) => (
  <div>
    <dt>{href ? <a href={href}>{name}</a> : name}</dt>
    <dd>{value}</dd>
  </div>
);
