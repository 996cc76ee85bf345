import './items.css';
import { Button, formatClock, Note } from '@soundalike/design';
import { type Item, type ItemStory, post, type Queue, type Retried } from '../api.ts';
import { formatBytes, formatInstant, formatSpan } from '../format.ts';
import { itemsLink } from '../route.ts';
import { STAGES } from '../stages.ts';
import { act } from '../toast.tsx';
import { usePolled } from '../use-polled.ts';
import { StateBadge } from './state-badge.tsx';

/** The story of one item. */
export const ItemPage = ({ id }: { id: string }) => {
  const { data: item, error, reload } = usePolled<ItemStory>(`/items/${encodeURIComponent(id)}`, 3_000);
  const queue = usePolled<Queue>('/queue', 30_000);
  if (!item) return error ? <Note tone="bad">{error}</Note> : <p class="muted">Looking …</p>;
  const retry = () =>
    act(async () => {
      const { queued, rowsLeft } = await post<Retried>('/retry', { items: [item.item] });
      reload();
      if (rowsLeft > 0) return 'The row cannot be used: mend the list and ingest it again.';
      return queued > 0 ? 'The item is queued again.' : 'The item has not failed.';
    });
  return (
    <article class="item">
      <header class="page-head">
        <div>
          <p class="muted">
            Item {item.item} of <a href={itemsLink({ run: item.run })}>run {item.run}</a>
          </p>
          <h1>{item.location}</h1>
        </div>
        <StateBadge item={item} />
      </header>
      {item.error && (
        <section class="panel error">
          <h2>{item.error.code}</h2>
          <p>{item.error.message}</p>
          {item.error.words && <pre>{item.error.words}</pre>}
          <p class="muted">{item.error.help}</p>
          {item.state === 'failed' && (
            <Button small disabled={!queue.data?.mayAct} onClick={retry}>
              Retry
            </Button>
          )}
        </section>
      )}
      <div class="item-columns">
        <section class="panel">
          <h2>What happened</h2>
          <dl class="rows">
            <Row name="Queued" value={item.queuedAt && formatInstant(item.queuedAt)} />
            <Row name="Started" value={item.startedAt && formatInstant(item.startedAt)} />
            <Row name="Ended" value={item.finishedAt && formatInstant(item.finishedAt)} />
            <Row name="Attempts" value={`${item.attempts}${item.tries > 1 ? ` (try ${item.tries})` : ''}`} />
            <Row name="Worker" value={item.worker} />
          </dl>
          <Timings timings={item.timings} />
        </section>
        <section class="panel">
          <h2>What it is</h2>
          <dl class="rows">
            <Row name="Own id" value={item.externalId} />
            <Row name="Size" value={item.sizeBytes === null ? null : formatBytes(item.sizeBytes)} />
            <Row
              name="Audio embedded"
              value={item.audioSeconds === null ? null : formatClock(item.audioSeconds)}
            />
            <Row
              name="Track"
              value={item.trackId}
              href={item.trackId ? `/?track=${encodeURIComponent(item.trackId)}` : undefined}
            />
            <Row name="Content" value={item.contentId} />
            <Row name="Space" value={item.space} />
          </dl>
        </section>
      </div>
      <Story item={item} />
    </article>
  );
};

const Row = ({ name, value, href }: { name: string; value: string | null; href?: string | undefined }) => (
  <div>
    <dt>{name}</dt>
    <dd class="breaking">{value === null ? '–' : href ? <a href={href}>{value}</a> : value}</dd>
  </div>
);

/** Every attempt, the latest first. */
const Story = ({ item: { story } }: { item: ItemStory }) =>
  story.length === 0 ? null : (
    <section>
      <h2>Attempts</h2>
      <ol class="story">
        {[...story].reverse().map((attempt) => (
          <li key={`${attempt.run}-${attempt.attempt}-${attempt.finishedAt}`}>
            <span class="muted">{formatInstant(attempt.finishedAt)}</span>
            <strong>{OUTCOMES[attempt.outcome]}</strong>
            <span>
              {attempt.code ? `${attempt.code}${attempt.stage ? ` while ${DOING[attempt.stage]}` : ''}` : ''}
              {attempt.code ? (
                <span class="muted"> {attempt.message}</span>
              ) : (
                <Spent timings={attempt.timings} />
              )}
            </span>
            <span class="muted">{attempt.worker ?? ''}</span>
          </li>
        ))}
      </ol>
    </section>
  );

const OUTCOMES = {
  indexed: 'indexed',
  duplicate: 'duplicate',
  failed: 'failed',
  again: 'failed, tried again',
  released: 'handed back',
} as const;

const DOING = Object.fromEntries(STAGES.map(({ name, doing }) => [name, doing]));

const Spent = ({ timings }: { timings: Item['timings'] }) => (
  <span class="muted">
    {STAGES.filter(({ name }) => timings[name])
      .map(({ name }) => `${name} ${formatSpan(timings[name] ?? 0)}`)
      .join(', ')}
  </span>
);

/** Seconds by stage as one bar. */
const Timings = ({ timings }: { timings: Item['timings'] }) => {
  const parts = STAGES.filter(({ name }) => (timings[name] ?? 0) > 0);
  if (parts.length === 0) return null;
  return (
    <>
      <div class="parts thin" aria-hidden="true">
        {parts.map(({ name }) => (
          <span key={name} class={`part stage-${name}`} style={{ flexGrow: timings[name] }} />
        ))}
      </div>
      <ul class="legend">
        {parts.map(({ name }) => (
          <li key={name}>
            <span class={`swatch stage-${name}`} /> {name} <strong>{formatSpan(timings[name] ?? 0)}</strong>
          </li>
        ))}
      </ul>
    </>
  );
};
