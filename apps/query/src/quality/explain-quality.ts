import type { ComparedRow } from './compare-embeddings.ts';
import type { Hubness } from './hubness.ts';
import type { IdentifiedTable } from './identify-all.ts';
import type { LabelledTracks } from './label-tracks.ts';
import { formatInterval, formatShare } from './quality-tables.ts';

/** What the bench found in somebody's own folder. */
export interface QualityResult {
  readonly model: string;
  readonly space: string;
  readonly precision: string;
  /** Tracks in the catalogue that was asked. */
  readonly tracks: number;
  readonly identified: IdentifiedTable;
  readonly compared: readonly ComparedRow[];
  readonly labels: Omit<LabelledTracks, 'labels'>;
  readonly health: Hubness;
}

/** Fewer tracks than this say little: with ten answers to a question, most tracks are among them. */
const FEW_TRACKS = 100;

/** Above this a few tracks are among the answers to everything (Radovanović et al. 2010 call a skewness above 1 hubby). */
const HUBBY = 1;

/** What the figures say, in sentences. */
export const explainQuality = (result: QualityResult): string[] => [
  ...(result.tracks < FEW_TRACKS
    ? [
        `${result.tracks} tracks are few: every figure is easier to reach than in a full catalogue. Give more with --tracks.`,
      ]
    : []),
  ...aboutRecordings(result),
  ...result.compared.filter(({ behind }) => behind === undefined).flatMap((own) => aboutTask(own, result)),
  ...aboutLabels(result),
  ...aboutHealth(result),
];

const aboutRecordings = ({ identified: { rows, strangers, strangerVerdicts } }: QualityResult): string[] => {
  const asIs = rows.find(({ treatment }) => treatment === 'as it is');
  const [hardest] = rows.toSorted(
    (a, b) => a.hitAt1.mean - b.hitAt1.mean || a.identified.mean - b.identified.mean,
  );
  const accepted = strangerVerdicts['same-recording'] ?? 0;
  const asked = Object.values(strangerVerdicts).reduce((sum, count) => sum + count, 0);
  return [
    ...(asIs
      ? [
          `An untreated excerpt of ${asIs.seconds} s finds its own track first in ${formatShare(asIs.hitAt1.mean)} of ${asIs.hitAt1.count} cases and is called the same recording in ${formatShare(asIs.identified.mean)}.`,
        ]
      : []),
    ...(hardest && hardest.identified.mean < (asIs?.identified.mean ?? 1)
      ? [
          `Hardest is ${hardest.treatment} (${hardest.seconds} s): ${formatShare(hardest.hitAt1.mean)} first, ${formatShare(hardest.identified.mean)} called the same recording.`,
        ]
      : []),
    strangers === 0
      ? 'No track was kept out of the catalogue, so nothing is said about answers to music that is not in it.'
      : `${strangers} ${strangers === 1 ? 'track was' : 'tracks were'} kept out of the catalogue; ${accepted} of ${asked} excerpts of them were called the same recording as one that is in it${accepted > 0 ? ': a false accept, or a recording that you have twice (soundalike duplicates finds those)' : ''}.`,
  ];
};

const aboutTask = (own: ComparedRow, { compared }: QualityResult): string[] =>
  compared
    .filter((row) => row.task === own.task && row.behind !== undefined && row.embedding !== 'random')
    .map(({ embedding, recallAt1, behind, against }) => {
      const other = compared.find((row) => row.task === own.task && row.embedding === against) ?? own;
      const { low = 0, high = 0 } = behind ?? {};
      const verdict =
        low > 0 ? 'better than' : high < 0 ? 'worse than' : 'not told apart, at this number of tracks, from';
      return `${own.task}: ${other.embedding} (R@1 ${other.recallAt1.mean.toFixed(3)}) is ${verdict} ${embedding} (${recallAt1.mean.toFixed(3)}); difference ${behind ? formatInterval(behind) : ''}.`;
    });

const aboutLabels = ({ labels: { artists, styles }, compared }: QualityResult): string[] => {
  const has = (task: string) => compared.some((row) => row.task === task);
  return [
    has('same artist')
      ? `Artists: ${artists.fromTags} from tags, ${artists.fromFolders} from folder names, ${artists.distinct} in all. Tracks of one album share their mastering, which makes this task easier.`
      : `No figures for the same artist: neither tags nor folders name two artists, one of them with two pieces.`,
    has('same style')
      ? `Styles: the genre tags of ${styles.fromTags} tracks, ${styles.distinct} in all; they are as right as whoever wrote them.`
      : `No figures for the same style: no two tracks share one of at least two genre tags.`,
  ];
};

const aboutHealth = ({ health: { skewness, orphans, largestHub }, tracks }: QualityResult): string[] => [
  `${skewness > HUBBY ? 'A few tracks are among the answers to very many others' : 'No track crowds the answers'}: hubness ${skewness.toFixed(2)}, the largest hub is among the ten nearest of ${largestHub} of ${tracks} tracks; ${formatShare(orphans)} are among nobody's.`,
];
