/** The result of a run as a Markdown table. */
export const formatResult = ({ cpu, node, torch, model, threads, batch, rounds, clips, sides }) =>
  [
    `${cpu}, Node ${node}${torch ? `, PyTorch ${torch}` : ''}; ${model}, ${threads} threads a side, batch ${batch}, ${rounds} rounds of ${clips} clips`,
    '',
    `| side | clips/s | ${sides
      .slice(0, -1)
      .map(({ name }) => `to ${name}`)
      .join(' | ')} | cosine to ${sides[0].name}: mean, lowest | longest event-loop lag |`,
    `| --- | --- | ${sides.map(() => '---').join(' | ')} | --- |`,
    ...sides.map(({ name, clipsPerSecond, eventLoopLagMs, timesAsFastAs, cosineToFirst }, at) =>
      [
        `| ${name}`,
        clipsPerSecond.toFixed(1),
        ...sides
          .slice(0, -1)
          .map((other) => (other.name in timesAsFastAs ? `${timesAsFastAs[other.name].toFixed(2)}x` : '')),
        at === 0 ? '' : `${cosineToFirst.mean.toFixed(6)}, ${cosineToFirst.lowest.toFixed(6)}`,
        `${eventLoopLagMs.toFixed(0)} ms |`,
      ].join(' | '),
    ),
  ].join('\n');

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export const round = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;
