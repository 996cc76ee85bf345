import { signal } from '@preact/signals';

/** Where the reader is: `#/`, `#/failures`, `#/items?state=failed`, `#/items/7`, `#/workers`. */
export interface Route {
  readonly page: 'overview' | 'failures' | 'items' | 'item' | 'workers';
  readonly id: string;
  readonly query: URLSearchParams;
}

const read = (): Route => {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const query = new URLSearchParams(search);
  const [page, id = ''] = path.split('/');
  if (page === 'items' && id) return { page: 'item', id, query };
  if (page === 'failures' || page === 'items' || page === 'workers') return { page, id: '', query };
  return { page: 'overview', id: '', query };
};

export const route = signal<Route>(read());

export const startRouting = (): void =>
  addEventListener('hashchange', () => {
    route.value = read();
    scrollTo(0, 0);
  });

/** The address of items with these conditions; empty ones are left out. */
export const itemsLink = (conditions: Record<string, string | number | undefined>): string => {
  const query = new URLSearchParams(
    Object.entries(conditions).flatMap(([name, value]) => (value ? [[name, `${value}`]] : [])),
  );
  return `#/items${query.size > 0 ? `?${query}` : ''}`;
};
