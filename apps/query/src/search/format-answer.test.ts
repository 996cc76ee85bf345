import { formatAnswer } from './format-answer.ts';
import type { SearchAnswer } from './search-answer.ts';

const EMPTY: SearchAnswer = {
  verdict: 'nothing-close',
  space: '0123456789abcdef',
  model: { name: 'clmr-synth', trained: true },
  results: [],
};

test('nothing close and nothing that passes the filter are told apart', () => {
  expect(formatAnswer(EMPTY)).toBe('Nothing close in the catalogue.');
  expect(formatAnswer({ ...EMPTY, reason: 'no-track-passes' })).toBe(
    'No track of the catalogue passes the filter, so nothing was compared.',
  );
});
