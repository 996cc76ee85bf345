import './failures.css';
import { Badge, Button, Note } from '@soundalike/design';
import { type Failures, post, type Queue, type Retried } from '../api.ts';
import { formatCount } from '../format.ts';
import { itemsLink } from '../route.ts';
import { act } from '../toast.tsx';
import { usePolled } from '../use-polled.ts';

/** What failed, by error code, with the way out. */
export const FailuresPage = () => {
  const { data, error, reload } = usePolled<Failures>('/failures', 5_000);
  const queue = usePolled<Queue>('/queue', 30_000);
  if (!data) return error ? <Note tone="bad">{error}</Note> : <p class="muted">Looking …</p>;
  const retry = (body: { code?: string }) =>
    act(async () => {
      const { queued, rowsLeft } = await post<Retried>('/retry', body);
      reload();
      const left = rowsLeft > 0 ? ` ${formatCount(rowsLeft)} of a list cannot be used: mend the list.` : '';
      return `${formatCount(queued)} ${queued === 1 ? 'item is' : 'items are'} queued again.${left}`;
    });
  const mayAct = queue.data?.mayAct ?? false;
  return (
    <>
      <header class="page-head">
        <h1>{data.total === 0 ? 'Nothing has failed' : `${formatCount(data.total)} failed`}</h1>
        {data.total > 0 && (
          <Button disabled={!mayAct} onClick={() => retry({})}>
            Retry all
          </Button>
        )}
      </header>
      {error && <Note tone="bad">{error}</Note>}
      <ul class="groups">
        {data.groups.map(({ code, count, examples, help, retryable }) => (
          <li key={code} class="group">
            <span class="count">{formatCount(count)}</span>
            <div class="about">
              <h2>
                {code} {retryable && <Badge>may pass by itself</Badge>}
              </h2>
              <p>{help}</p>
              <ul class="examples">
                {examples.map((example) => (
                  <li key={example}>{example}</li>
                ))}
                {count > examples.length && (
                  <li>
                    <a href={itemsLink({ state: 'failed', code })}>
                      and {formatCount(count - examples.length)} more
                    </a>
                  </li>
                )}
              </ul>
            </div>
            <div class="actions">
              <a class="button small quiet" href={itemsLink({ state: 'failed', code })}>
                Show items
              </a>
              <Button small disabled={!mayAct} label={`Retry ${code}`} onClick={() => retry({ code })}>
                Retry
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
};
