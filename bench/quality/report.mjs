import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { comparedTable, floorOf, formatShare, hubnessTable, identifiedTable } from '@soundalike/query';
import { linePlot } from './plot.mjs';

/**
 * The page that the figures are published on; with `root`, written there beside its plot and the figures as JSON.
 *
 * @returns Markdown
 */
export const writeReport = async (result, root) => {
  const page = markdown(result);
  if (root === undefined) return page;
  const folder = join(root, 'docs/quality');
  await mkdir(folder, { recursive: true });
  await writeFile(join(root, 'docs/quality.md'), page);
  await writeFile(join(folder, 'growth.svg'), growthPlot(result));
  await writeFile(join(folder, 'quality.json'), `${JSON.stringify(result, undefined, 1)}\n`);
  return page;
};

const markdown = (result) => `# Quality

Made by \`npm run bench:quality -- --write\`; nothing here is typed by hand. Model \`${result.model}\` (${result.precision}), space \`${result.space}\`.

${result.judged} pieces composed and rendered with the SoundFont and seeds that [samples/RESERVED.md](../samples/RESERVED.md) keeps from training, each with
its own mastering, and ${result.distractors.toLocaleString('en')} short pieces that only fill the catalogue of ${result.catalogue.toLocaleString('en')} tracks. In square brackets: 95 % bootstrap intervals over queries.

**What this proves and what not.** Nothing here was trained on, but it comes from the same composer program as the training music, and from one SoundFont.
It shows that the search finds, places and tells apart what it should; absolute figures on recorded music are lower, because voices, players and rooms vary
in ways that no SoundFont does.

## A. The same recording, from a spoilt excerpt

Through the product's own search, signature check included. *Hit@1*: the right track is the first answer; *identified*: it is called the same recording.
*Offset*: median distance from the true one. *Relatives*, *strangers*: excerpts for which another take or a piece that borrows the rhythm section note for note, or
any other recording, is called the same.

${table(identifiedTable(result.identified.rows))}

${result.identified.strangers} strangers that are in no catalogue, under every treatment, were answered: ${Object.entries(
  result.identified.strangerVerdicts,
)
  .map(([verdict, times]) => `${verdict} ${times}`)
  .join(', ')}.

## B. Music that is alike

*Same track*: each half of a track among the other halves of all ${result.judged}, both ways round. The rest: a whole track among all others, other recordings of its own work left out.
Controls: means and deviations of 20 MFCCs as they are usually used (centred), the same network with random weights, and chance. *At one level*: of windows at -20 dBFS, which is
what the network hears; as they are, the MFCCs also hear how loud each piece was mastered, which is the same in both its halves and of which a search takes no notice.
*Whitened here*: by the covariance of the very collection that is judged, as \`soundalike model calibrate\` does for a collection of yours; the model as it is shipped has
seen nothing of it. *Behind by*: the R@1 of the row that is named minus this one's, paired by query; what is whitened alike is compared.

${table(comparedTable(result.compared))}

## C. Health of the space

${table(hubnessTable(result.health))}

${table({
  head: ['lead-in removed', 'cosine with the unshifted track, median', 'lowest', 'still nearest to itself'],
  rows: result.health.stability.map(({ seconds, median, lowest, nearest }) => [
    `${seconds} s`,
    median.toFixed(4),
    lowest.toFixed(4),
    formatShare(nearest),
  ]),
})}

## Chance grows with the catalogue

The cosine of the best stranger to a piece that is in no catalogue, in catalogues of growing size, and the floor below which an answer is \`nothing-close\`. The floor was fitted
on training renders, not here; in small catalogues it is what a score of 0.1 needs.

![best stranger by catalogue size](quality/growth.svg)

${table({
  head: ['tracks', 'best stranger, median', '10 %', '90 %', 'floor'],
  rows: result.growth.map(({ tracks, bestStranger }) => [
    tracks.toLocaleString('en'),
    bestStranger.median.toFixed(3),
    bestStranger.p10.toFixed(3),
    bestStranger.p90.toFixed(3),
    floorOf(tracks, result.calibration).toFixed(3),
  ]),
})}
`;

const growthPlot = ({ growth, calibration }) =>
  linePlot({
    title: 'Cosine of the best stranger by catalogue size',
    xLabel: 'tracks in the catalogue',
    yLabel: 'cosine',
    yRange: [0, 1],
    lines: [
      { name: 'best stranger, median', points: growth.map((row) => [row.tracks, row.bestStranger.median]) },
      { name: '90 %', points: growth.map((row) => [row.tracks, row.bestStranger.p90]) },
      { name: '10 %', points: growth.map((row) => [row.tracks, row.bestStranger.p10]) },
      { name: 'floor', points: growth.map((row) => [row.tracks, floorOf(row.tracks, calibration)]) },
    ],
  });

const table = ({ head, rows }) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
