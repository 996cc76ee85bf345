import type { MapPoint } from '../api/types.ts';

/** Where each arrow key leads. */
export const DIRECTIONS: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** The next point in a direction: near, and not far off to the side. */
export const walk = (
  points: readonly MapPoint[],
  from: MapPoint | null,
  direction: { x: number; y: number },
): MapPoint | null => {
  const start = from ?? { x: 0, y: 0 };
  let best: MapPoint | null = from;
  let least = Number.POSITIVE_INFINITY;
  for (const point of points) {
    const [x, y] = [point.x - start.x, point.y - start.y];
    const along = x * direction.x + y * direction.y;
    const aside = Math.abs(x * direction.y) + Math.abs(y * direction.x);
    if (point === from || (from && along <= 1e-6)) continue;
    const cost = from ? along + aside * 2 : Math.hypot(x, y);
    if (cost < least) [best, least] = [point, cost];
  }
  return best;
};
