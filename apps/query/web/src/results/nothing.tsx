import { Button } from '@soundalike/design';
import { changeFilter, changeOptions } from '../state/actions.ts';
import { NO_FILTER } from '../state/link-state.ts';
import * as session from '../state/session.ts';
import { CopyLink } from './copy-link.tsx';

/** Nothing was compared, so nothing is said about what is close. */
export const NothingPasses = () => (
  <header class="nothing">
    <h2>No track passes</h2>
    <p>
      {session.activeFilters.value > 0
        ? 'The filters leave no track to compare with, so this says nothing about what sounds alike.'
        : 'There is no other track to compare with.'}
    </p>
    <p class="actions">
      {session.activeFilters.value > 0 && (
        <Button onClick={() => changeFilter(NO_FILTER)}>Search without the filters</Button>
      )}
      {session.options.value.otherArtists && (
        <Button onClick={() => changeOptions({ otherArtists: false })}>Take the same artist, too</Button>
      )}
    </p>
  </header>
);

/** What there is, is not near enough. */
export const NothingClose = ({ hasCandidates }: { hasCandidates: boolean }) => {
  const filters = session.activeFilters.value;
  const tracks = session.stats.value?.tracks;
  return (
    <header class="nothing">
      <h2>Nothing close</h2>
      <p>
        {filters > 0
          ? 'No track that passes the filters sounds enough like this.'
          : `None of the ${tracks === undefined ? '' : `${tracks.toLocaleString('en')} `}tracks sounds enough like this to be worth your time.`}
        {hasCandidates && ' Below are the nearest all the same; read them as guesses.'}
      </p>
      <p class="actions">
        {!hasCandidates && (
          <Button onClick={() => changeOptions({ belowFloor: true })}>Show the nearest anyway</Button>
        )}
        {filters > 0 && <Button onClick={() => changeFilter(NO_FILTER)}>Search without the filters</Button>}
      </p>
      {hasCandidates && <CopyLink />}
    </header>
  );
};
