import './app.css';
import { Masthead } from '@soundalike/design';
import { useEffect } from 'preact/hooks';
import { FailuresPage } from './failures/failures-page.tsx';
import { ItemPage } from './items/item-page.tsx';
import { ItemsPage } from './items/items-page.tsx';
import { Overview } from './overview/overview.tsx';
import { type Route, route, startRouting } from './route.ts';
import { Toast } from './toast.tsx';
import { WorkersPage } from './workers/workers-page.tsx';

const TABS: readonly { label: string; href: string; pages: readonly Route['page'][] }[] = [
  { label: 'Overview', href: '#/', pages: ['overview'] },
  { label: 'Failures', href: '#/failures', pages: ['failures'] },
  { label: 'Items', href: '#/items', pages: ['items', 'item'] },
  { label: 'Workers', href: '#/workers', pages: ['workers'] },
];

export const App = () => {
  useEffect(startRouting, []);
  const { page } = route.value;
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <Masthead
        places={[
          { label: 'Search', href: '/', current: false },
          { label: 'Map', href: '/?view=map', current: false },
          { label: 'Duplicates', href: '/?view=duplicates', current: false },
          { label: 'Ingest', href: '/ingest/', current: true },
        ]}
      />
      <nav class="tabs" aria-label="Ingest">
        <div>
          {TABS.map(({ label, href, pages }) => (
            <a key={href} href={href} aria-current={pages.includes(page) ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </div>
      </nav>
      <main id="main">
        <Page />
      </main>
      <Toast />
    </>
  );
};

const Page = () => {
  const { page, id, query } = route.value;
  if (page === 'failures') return <FailuresPage />;
  if (page === 'items') return <ItemsPage key={`${query}`} query={query} />;
  if (page === 'item') return <ItemPage key={id} id={id} />;
  if (page === 'workers') return <WorkersPage />;
  return <Overview />;
};
