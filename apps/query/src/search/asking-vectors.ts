import type { QueryWindow } from './seed-windows.ts';

/**
 * Windows of a seed that ask an index, at most. Candidates only have to be among the first hundred of one of them; all windows take part when
 * candidates are compared.
 */
const ASKING_WINDOWS = 6;

/**
 * The vectors of a seed that look for candidates: all, or six spread over it. Of ten seconds in windows a quarter of
 * a window apart, steps of two and three in turn still meet every offset to the catalogue's grid.
 */
export const askingVectors = (windows: readonly QueryWindow[]): Float32Array[] => {
  if (windows.length <= ASKING_WINDOWS) return windows.map(({ vector }) => vector);
  const step = (windows.length - 1) / (ASKING_WINDOWS - 1);
  return Array.from(
    { length: ASKING_WINDOWS },
    (_, at) => (windows[Math.round(at * step)] as QueryWindow).vector,
  );
};
