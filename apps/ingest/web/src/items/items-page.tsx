import './items.css';
import { Button, Chip, Icon, Note } from '@soundalike/design';
import { useEffect, useState } from 'preact/hooks';
import { get, type Item } from '../api.ts';
import { formatAgo } from '../format.ts';
import { itemsLink } from '../route.ts';
import { StateBadge } from './state-badge.tsx';

interface Page {
  items: Item[];
  nextCursor: string | null;
}

const STATES = ['queued', 'active', 'indexed', 'duplicate', 'failed', 'gone'] as const;

/** Every item there is, filtered by the address of the page. */
export const ItemsPage = ({ query }: { query: URLSearchParams }) => {
  const state = query.get('state') ?? undefined;
  const code = query.get('code') ?? undefined;
  const run = query.get('run') ?? undefined;
  const q = query.get('q') ?? undefined;
  const [page, setPage] = useState<Page>();
  const [error, setError] = useState<string>();
  const load = (cursor?: string) =>
    get<Page>(
      `/items?${new URLSearchParams({ ...Object.fromEntries(query), ...(cursor ? { cursor } : {}) })}`,
    ).then(
      (next) => {
        setError(undefined);
        setPage((before) => ({ ...next, items: [...(cursor ? (before?.items ?? []) : []), ...next.items] }));
      },
      (failure: Error) => setError(failure.message),
    );
  // Once: another address makes another page.
  useEffect(() => void load(), []);
  const search = (event: SubmitEvent) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get('q');
    location.hash = itemsLink({ state, code, run, q: String(text ?? '').trim() });
  };
  return (
    <>
      <header class="page-head">
        <h1>Items{run && ` of run ${run}`}</h1>
        <search class="find">
          <form onSubmit={search}>
            <Icon name="search" />
            <input
              type="search"
              name="q"
              value={q}
              placeholder="Part of a path, or an own id"
              aria-label="Find items"
            />
          </form>
        </search>
      </header>
      <div class="chips">
        <Chip pressed={!state} onClick={() => (location.hash = itemsLink({ run, q }))}>
          all
        </Chip>
        {STATES.map((name) => (
          <Chip
            key={name}
            pressed={state === name}
            onClick={() => (location.hash = itemsLink({ state: name, run, q }))}
          >
            {name}
          </Chip>
        ))}
        {code && (
          <Chip pressed onClick={() => (location.hash = itemsLink({ state, run, q }))}>
            {code} ×
          </Chip>
        )}
      </div>
      {error && <Note tone="bad">{error}</Note>}
      {page && page.items.length === 0 && <p class="muted">No items are like that.</p>}
      {page && page.items.length > 0 && (
        <div class="table">
          <table>
            <thead>
              <tr>
                <th scope="col">Item</th>
                <th scope="col">State</th>
                <th scope="col">Worker</th>
                <th scope="col">When</th>
              </tr>
            </thead>
            <tbody>
              {page.items.map((item) => (
                <tr key={item.item}>
                  <th scope="row" class="path">
                    <a href={`#/items/${item.item}`} title={item.location}>
                      {item.location}
                    </a>
                  </th>
                  <td>
                    <StateBadge item={item} />
                  </td>
                  <td class="muted">{item.worker ?? '–'}</td>
                  <td class="muted">
                    {formatAgo(
                      item.finishedAt ?? item.startedAt ?? item.queuedAt ?? new Date().toISOString(),
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {page?.nextCursor && <Button onClick={() => void load(page.nextCursor as string)}>Show more</Button>}
    </>
  );
};
