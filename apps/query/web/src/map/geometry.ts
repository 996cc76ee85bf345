import type { MapPoint } from '../api/types.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Share of the smaller side that the map fills before it is zoomed. */
const FILLED = 0.92;

/** Where a point of the map (-1..1) lies on the canvas before panning and zooming, CSS pixels. */
export const toCanvas = ({ x, y }: { x: number; y: number }, { width, height }: Size) => {
  const { scaleX, scaleY } = scaleOf({ width, height });
  return { x: width / 2 + x * scaleX, y: height / 2 + y * scaleY };
};

/** The inverse of `toCanvas`. */
export const toMap = ({ x, y }: { x: number; y: number }, { width, height }: Size) => {
  const { scaleX, scaleY } = scaleOf({ width, height });
  return { x: (x - width / 2) / scaleX, y: (y - height / 2) / scaleY };
};

/** Stretched a little to the canvas's shape: directions mean nothing on such a map, but nearness must stay readable. */
export const scaleOf = ({ width, height }: Size) => {
  const least = Math.min(width, height);
  const stretch = (length: number) => (Math.min(length, least * 1.6) * FILLED) / 2;
  return { scaleX: stretch(width), scaleY: stretch(height) };
};

/** Whether a point lies within a polygon (even-odd rule). */
export const isInside = (
  point: { x: number; y: number },
  polygon: readonly { x: number; y: number }[],
): boolean => {
  let inside = false;
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at++) {
    const a = polygon[at];
    const b = polygon[before];
    if (!a || !b || a.y > point.y === b.y > point.y) continue;
    if (point.x < ((b.x - a.x) * (point.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
};

export interface Place {
  readonly name: string;
  readonly count: number;
  readonly x: number;
  readonly y: number;
}

/** Fewest tracks that give a place its name, and most names. */
const FEWEST = 3;
const MOST = 40;

/** Names for regions: each genre at the median of its tracks, the larger ones first. */
export const placesOf = (points: readonly MapPoint[]): Place[] => {
  const byGenre = new Map<string, MapPoint[]>();
  for (const point of points) {
    if (!point.genre) continue;
    const known = byGenre.get(point.genre);
    if (known) known.push(point);
    else byGenre.set(point.genre, [point]);
  }
  return [...byGenre]
    .filter(([, members]) => members.length >= FEWEST)
    .map(([name, members]) => ({
      name,
      count: members.length,
      x: median(members.map(({ x }) => x)),
      y: median(members.map(({ y }) => y)),
    }))
    .sort((one, other) => other.count - one.count)
    .slice(0, MOST);
};

const median = (values: number[]): number =>
  values.sort((one, other) => one - other)[values.length >> 1] ?? 0;
