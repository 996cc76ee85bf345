import { visibleLine } from '@soundalike/core';
import type { Match, SearchAnswer } from './search-answer.ts';

const VERDICTS = {
  'same-recording': 'the same recording',
  'sounds-like': 'sounds like',
  'nothing-close': 'not close',
} as const;

/** A search's answer for people: a line for each track with its verdict, and the passages that match. */
export const formatAnswer = ({ verdict, reason, model, results, explain }: SearchAnswer): string => {
  const lines = results.flatMap((result, index) => {
    const name = visibleLine(
      [result.title ?? result.location.path, result.artist].filter(Boolean).join(' – '),
    );
    const label = `${String(index + 1).padStart(3)}. ${result.score.toFixed(2)}  ${VERDICTS[result.verdict].padEnd(18)}  `;
    return [
      `${label}${name}  (${result.externalId ?? result.trackId})`,
      ...(result.matches.length > 0
        ? [`${' '.repeat(label.length)}${result.matches.map(formatMatch).join('   ')}`]
        : []),
      ...(result.explain ?? []).map((seed) => `${' '.repeat(label.length)}${formatSeed(seed)}`),
    ];
  });
  const head =
    reason === 'no-track-passes'
      ? ['No track of the catalogue passes the filter, so nothing was compared.']
      : verdict === 'nothing-close'
        ? ['Nothing close in the catalogue.']
        : [];
  const note = model.trained
    ? []
    : [
        `(Model "${model.name}" is untrained: it finds the same recording, but knows little about what sounds alike.)`,
      ];
  return [...head, ...lines, ...note, ...(explain ? [formatExplain(explain)] : [])].join('\n');
};

type Explained = NonNullable<SearchAnswer['results'][number]['explain']>[number];

/** What one seed said of a track. */
const formatSeed = ({ weight, similarity, alignment }: Explained): string =>
  [
    `weight ${weight}: cosine ${similarity.toFixed(3)}`,
    ...(alignment
      ? [
          `${alignment.clips} clips agree at an offset of ${alignment.offsetSeconds.toFixed(2)} s (${alignment.similarity.toFixed(3)})`,
        ]
      : []),
  ].join(', ');

const formatExplain = ({
  tracks,
  candidates,
  floor,
  sameRecording,
  maxErrorRate,
  timings,
}: NonNullable<SearchAnswer['explain']>): string =>
  [
    `Of ${tracks.toLocaleString('en')} tracks ${candidates} were compared window by window; nothing is close below a cosine of ${floor.toFixed(3)}.`,
    `The same recording: at most ${maxErrorRate.strong} of an excerpt's strong signature bits differ (${maxErrorRate.all} of all), and no other agrees better with the same passage by ${maxErrorRate.margin}; without a signature a run of cosine ${sameRecording.toFixed(3)}.`,
    `Milliseconds: ${Object.entries(timings)
      .map(([stage, ms]) => `${stage} ${Math.round(ms)}`)
      .join(', ')}.`,
  ].join('\n');

/** `0:03–0:13 of the sample ↔ 0:17–0:27`. */
const formatMatch = ({ queryFrom, queryTo, trackFrom, trackTo }: Match): string =>
  `${clock(queryFrom)}–${clock(queryTo)} ↔ ${clock(trackFrom)}–${clock(trackTo)}`;

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;
