import { fromSpace, type SpaceTransform, toSpace } from '@soundalike/embedder';
import type { ClipRow } from '@soundalike/store';

/**
 * Stored vectors of one transform as vectors of another of the same network, without audio: what `fromSpace` then `toSpace` give, as one
 * product with a matrix.
 */
export const createConverter = (from: SpaceTransform, to: SpaceTransform): ((clip: ClipRow) => ClipRow) => {
  const size = from.mean.length;
  /** The affine map, not normalised, of `scale * vector`. */
  const mapped = (vector: Float32Array): Float64Array => {
    const moved = toSpace(fromSpace({ vector, scale: 1 }, from), to);
    return Float64Array.from(moved.vector, (value) => value * moved.scale);
  };
  const offset = mapped(new Float32Array(size));
  const columns = Array.from({ length: size }, (_, at) => {
    const unit = new Float32Array(size);
    unit[at] = 1;
    return mapped(unit).map((value, row) => value - (offset[row] as number));
  });
  return ({ startMs, scale, vector }) => {
    const moved = Float64Array.from(offset);
    for (let column = 0; column < size; column++) {
      const factor = scale * (vector[column] as number);
      const weights = columns[column] as Float64Array;
      for (let row = 0; row < size; row++)
        moved[row] = (moved[row] as number) + factor * (weights[row] as number);
    }
    return { startMs, ...normalised(moved) };
  };
};

const normalised = (moved: Float64Array): { vector: Float32Array; scale: number } => {
  let sum = 0;
  for (const value of moved) sum += value * value;
  const scale = Math.sqrt(sum);
  if (scale > 0) return { vector: Float32Array.from(moved, (value) => value / scale), scale };
  // As `toSpace` has it: a vector equal to the mean has no direction.
  const vector = new Float32Array(moved.length);
  vector[0] = 1;
  return { vector, scale: 0 };
};
