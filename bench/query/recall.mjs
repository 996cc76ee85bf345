/** Tracks that are asked for, eight windows each. */
const TRACKS = 25;

/**
 * How many of the nearest clips a store's index finds: windows of passages that begin between two clips, against comparing with every clip.
 *
 * @returns {Promise<{ windows: number, at10: number, at100: number }>}
 */
export const measureRecall = async ({ real, made, tracks }, store) => {
  const all = [
    ...real.map(({ row, clips }) => ({ trackId: row.trackId, clips })),
    ...tracks.map(({ number, contentId }) => ({ trackId: contentId, clips: made.clips(number) })),
  ].flatMap(({ trackId, clips }) =>
    clips.map(({ startMs, vector }) => ({ key: `${trackId} ${startMs}`, vector })),
  );
  const step = tracks.length / TRACKS;
  const windows = Array.from({ length: TRACKS }, (_, at) => made.query(tracks[Math.floor(at * step)].number))
    .flat()
    .map(({ vector }) => vector);
  const found = await store.searchClips({ vectors: windows, k: 100 });
  const shares = windows.map((window, at) => {
    const exact = nearest(all, window, 100);
    const keys = found[at].map(({ trackId, startMs }) => `${trackId} ${startMs}`);
    const share = (k) => {
      const [ours, theirs] = [new Set(exact.slice(0, k)), keys.slice(0, k)];
      return theirs.filter((key) => ours.has(key)).length / k;
    };
    return { at10: share(10), at100: share(100) };
  });
  const mean = (name) => shares.reduce((sum, share) => sum + share[name], 0) / shares.length;
  return { windows: windows.length, at10: mean('at10'), at100: mean('at100') };
};

const nearest = (all, window, k) => {
  const scores = Float32Array.from(all, ({ vector }) => {
    let sum = 0;
    for (let i = 0; i < 512; i++) sum += vector[i] * window[i];
    return sum;
  });
  const least = scores.slice().sort().at(-k);
  return all
    .map(({ key }, at) => ({ key, score: scores[at] }))
    .filter(({ score }) => score >= least)
    .sort((one, other) => other.score - one.score)
    .map(({ key }) => key);
};
