import type { LinkState } from './link-state.ts';
import * as session from './session.ts';

/** What a link to this moment has to say. */
export const currentState = (): LinkState => {
  const sample = session.sample.value;
  return {
    view: session.view.value,
    sample:
      sample === null
        ? null
        : sample.kind === 'track'
          ? { kind: 'track', trackId: sample.track.trackId }
          : sample.kind === 'link'
            ? { kind: 'link', url: sample.url }
            : { kind: 'file', name: session.nameOfSample(sample) },
    passage: session.passage.value,
    refinements: session.refinements.value.map(({ track, weight }) => ({ trackId: track.trackId, weight })),
    filter: session.filter.value,
    options: session.options.value,
    open: session.chosenId.value,
  };
};
