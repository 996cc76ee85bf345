import { seededRandom } from '../../apps/query/dist/map/lay-out.js';
import { openCatalogue } from '../../packages/catalogue/dist/index.js';
import { openVectorDatabase } from '../../packages/store/dist/index.js';

/** Length of the push that makes another track of a sample's vector, against its own length of 1. */
const PUSH = 0.5;

/**
 * Tracks whose vectors lie around those of the samples.
 *
 * @param {string} home folder of the samples' catalogue
 * @returns {Promise<{ tracks: { trackId: string, sample: number, title: string, artist: string, genre: string }[], vectors: Float32Array, dimension: number }>}
 */
export const perturbedTracks = async (home, count) => {
  const catalogue = await openCatalogue(`sqlite:${home}/catalogue.db`);
  const { name } = await catalogue.liveSpace();
  const database = await openVectorDatabase(`lancedb:${home}/vectors`, { readOnly: true });
  const store = await database.openSpace(name);
  const rows = await store.scanTracks({ limit: 1_000 });
  const known = await catalogue.getTracks(rows.map(({ trackId }) => trackId));
  await database.close();
  await catalogue.close();

  const dimension = rows[0].vector.length;
  const vectors = new Float32Array(count * dimension);
  const random = seededRandom(7);
  const tracks = Array.from({ length: count }, (_, at) => {
    const sample = at % rows.length;
    const row = vectors.subarray(at * dimension, (at + 1) * dimension);
    const push = Array.from({ length: dimension }, () => gauss(random));
    const scale = (PUSH * (0.4 + random())) / Math.hypot(...push);
    rows[sample].vector.forEach((value, axis) => {
      row[axis] = value + push[axis] * scale;
    });
    const length = Math.hypot(...row);
    row.forEach((value, axis) => {
      row[axis] = value / length;
    });
    const { title, artist, genre } = known.get(rows[sample].trackId);
    return { trackId: rows[sample].trackId, sample, title: `${title} ${at}`, artist, genre };
  });
  return { tracks, vectors, dimension };
};

/** Box and Muller's way from even to normal numbers. */
const gauss = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
