import { Icon } from '@soundalike/design';
import { refine } from '../state/actions.ts';
import { refinements } from '../state/session.ts';

/** What pulls the search towards or away from tracks, each to be taken back. */
export const Refinements = () => {
  if (refinements.value.length === 0) return null;
  return (
    <ul class="refinements" aria-label="The search is also drawn by">
      {refinements.value.map(({ track, weight }) => (
        <li key={track.trackId} class={weight < 0 ? 'less' : 'more'}>
          <Icon name={weight < 0 ? 'minus' : 'plus'} />
          <span>
            {weight < 0 ? 'Less like ' : 'More like '}
            <strong dir="auto">{track.title ?? track.location.path}</strong>
          </span>
          <button
            type="button"
            aria-label={`Take back: ${weight < 0 ? 'less' : 'more'} like ${track.title ?? track.location.path}`}
            onClick={() => refine(track, weight < 0 ? -1 : 1)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
};
