import './app.css';
import { Button, Icon, Masthead, Note } from '@soundalike/design';
import { useEffect } from 'preact/hooks';
import { Deck } from './deck/deck.tsx';
import { DuplicatesView } from './duplicates/duplicates-view.tsx';
import { HelpDialog } from './help/help-dialog.tsx';
import { isHelpOpen, startShortcuts } from './help/shortcuts.ts';
import { MapView } from './map/map-view.tsx';
import { Filters } from './results/filters.tsx';
import { Refinements } from './results/refinements.tsx';
import { ResultList } from './results/result-list.tsx';
import { DropZone } from './seeds/drop-zone.tsx';
import { Omnibox } from './seeds/omnibox.tsx';
import { RecordingPanel } from './seeds/recording-panel.tsx';
import { StartPage } from './start/start-page.tsx';
import { reset, show, start } from './state/actions.ts';
import { attach } from './state/player.ts';
import { currentRequest } from './state/request.ts';
import * as session from './state/session.ts';

export const App = () => {
  useEffect(() => {
    start();
    startShortcuts();
  }, []);
  const view = session.view.value;
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <Masthead
        onHome={reset}
        places={[
          { label: 'Search', href: '/', current: view === 'search', onOpen: () => show('search') },
          { label: 'Map', href: '/?view=map', current: view === 'map', onOpen: () => show('map') },
          {
            label: 'Duplicates',
            href: '/?view=duplicates',
            current: view === 'duplicates',
            onOpen: () => show('duplicates'),
          },
          { label: 'Ingest', href: '/ingest', current: false },
        ]}
      >
        <Button
          kind="quiet"
          icon="help"
          label="Keys"
          onClick={() => {
            isHelpOpen.value = true;
          }}
        />
      </Masthead>
      <main id="main">
        <UntrainedNote />
        <Shown />
      </main>
      {/* biome-ignore-start lint/a11y/useMediaCaption: music of the reader's own catalogue has no captions */}
      <audio id="side-a" preload="auto" ref={(element) => attach('a', element)} />
      <audio id="side-b" preload="auto" ref={(element) => attach('b', element)} />
      {/* biome-ignore-end lint/a11y/useMediaCaption: music of the reader's own catalogue has no captions */}
      <HelpDialog />
      <DropZone />
    </>
  );
};

const Shown = () => {
  if (session.view.value === 'map') return <MapView />;
  return session.view.value === 'duplicates' ? <DuplicatesView /> : <SearchView />;
};

const SearchView = () => {
  const hasSearch = session.sample.value !== null || session.refinements.value.length > 0;
  return (
    <div class={hasSearch ? 'search searching' : 'search'}>
      {hasSearch ? <h1 class="sr-only">Search results</h1> : <h1>Find music by ear</h1>}
      <Omnibox />
      <RecordingPanel />
      {hasSearch ? (
        <>
          <Deck />
          <Refinements />
          {currentRequest() && <Found />}
        </>
      ) : (
        <StartPage />
      )}
    </div>
  );
};

const Found = () => (
  <div class="found">
    <details class="filter-fold" open={matchMedia('(min-width: 62rem)').matches}>
      <summary>
        <Icon name="filter" /> Filters
        {session.activeFilters.value > 0 && <span class="count">{session.activeFilters.value}</span>}
      </summary>
      <Filters />
    </details>
    <ResultList />
  </div>
);

/** An untrained model is a control, not a product: everything it says is marked so. */
const UntrainedNote = () => {
  const model = session.answer.value?.model ?? session.stats.value?.model;
  if (!model || model.trained) return null;
  return (
    <Note tone="warn">
      The model here, “{model.name}”, is untrained: a random network. It finds the same recording; what it
      calls alike is chance.
    </Note>
  );
};
