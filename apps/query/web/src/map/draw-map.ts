import type { ZoomTransform } from 'd3-zoom';
import type { MapPoint } from '../api/types.ts';
import { type Place, type Size, toCanvas } from './geometry.ts';

export interface MapPicture {
  readonly size: Size;
  readonly transform: ZoomTransform;
  readonly points: readonly MapPoint[];
  readonly places: readonly Place[];
  /** Genre whose tracks stand out; null: none. */
  readonly genre: string | null;
  /** The sample, and what it found. */
  readonly sampleId: string | null;
  readonly resultIds: ReadonlySet<string>;
  /** Gathered with the lasso. */
  readonly gathered: ReadonlySet<string>;
  readonly hovered: MapPoint | null;
  readonly pinned: MapPoint | null;
  /** The lasso's line so far, canvas pixels. */
  readonly lasso: readonly { x: number; y: number }[];
}

export interface MapColours {
  readonly ink: string;
  readonly quiet: string;
  readonly paper: string;
  readonly a: string;
  readonly b: string;
}

/** Points drawn round; with more in sight squares are as good and much faster. */
const MOST_ROUND = 5_000;

/** Draws the whole map. 20,000 points take a few milliseconds, so every change simply draws again. */
export const drawMap = (
  context: CanvasRenderingContext2D,
  picture: MapPicture,
  colours: MapColours,
): void => {
  const { size, transform } = picture;
  context.clearRect(0, 0, size.width, size.height);
  const seen = inSight(picture);
  const radius = Math.max(1.4, Math.min(7, sizeOf(picture.points.length) * Math.sqrt(transform.k)));
  const hasFocus = picture.genre !== null || picture.gathered.size > 0;
  const plain: Seen[] = [];
  const strong: Seen[] = [];
  const found: Seen[] = [];
  for (const one of seen) {
    const { trackId, genre } = one.point;
    if (picture.resultIds.has(trackId)) found.push(one);
    else if (picture.gathered.has(trackId) || (picture.genre !== null && genre === picture.genre))
      strong.push(one);
    else plain.push(one);
  }
  context.globalAlpha = hasFocus ? 0.35 : 0.75;
  dots(context, plain, radius, colours.quiet);
  context.globalAlpha = 1;
  dots(context, strong, radius * 1.25, colours.ink);
  dots(context, found, radius * 1.5, colours.b);
  const sample = seen.find(({ point }) => point.trackId === picture.sampleId);
  if (sample) dots(context, [sample], radius * 2, colours.a);
  drawPlaces(context, picture, seen, colours);
  ring(context, seen, picture.pinned, radius, colours.ink);
  ring(context, seen, picture.hovered, radius, colours.ink);
  drawLasso(context, picture.lasso, colours);
};

/** Radius of a point before zooming, CSS pixels: few are drawn larger than many. */
const sizeOf = (count: number): number => (count < 500 ? 4 : count < MOST_ROUND ? 2.6 : 1.4);

interface Seen {
  readonly point: MapPoint;
  readonly x: number;
  readonly y: number;
}

const inSight = ({ size, transform, points }: MapPicture): Seen[] => {
  const seen: Seen[] = [];
  for (const point of points) {
    const at = toCanvas(point, size);
    const x = transform.applyX(at.x);
    const y = transform.applyY(at.y);
    if (x > -10 && y > -10 && x < size.width + 10 && y < size.height + 10) seen.push({ point, x, y });
  }
  return seen;
};

const dots = (context: CanvasRenderingContext2D, seen: readonly Seen[], radius: number, colour: string) => {
  if (seen.length === 0) return;
  context.fillStyle = colour;
  context.beginPath();
  const isRound = seen.length <= MOST_ROUND;
  for (const { x, y } of seen) {
    if (isRound) {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    } else context.rect(x - radius, y - radius, radius * 2, radius * 2);
  }
  context.fill();
};

const ring = (
  context: CanvasRenderingContext2D,
  seen: readonly Seen[],
  point: MapPoint | null,
  radius: number,
  colour: string,
) => {
  const one = point && seen.find((candidate) => candidate.point.trackId === point.trackId);
  if (!one) return;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(one.x, one.y, radius + 5, 0, 2 * Math.PI);
  context.stroke();
};

/** A name may be set this far above or below its place, CSS pixels, the nearer the better. */
const SHIFTS = [0, -14, 14, -26, 26];
/** With more points in sight no name finds a free spot. */
const MOST_AVOIDED = 1_000;

/**
 * Names of regions, larger ones first, where they cover the fewest points; one that would cover another name waits until the map is
 * zoomed in.
 */
const drawPlaces = (
  context: CanvasRenderingContext2D,
  picture: MapPicture,
  seen: readonly Seen[],
  colours: MapColours,
) => {
  const { width } = picture.size;
  const taken: Box[] = [];
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  for (const place of picture.places) {
    const isChosen = place.name === picture.genre;
    const at = toCanvas(place, picture.size);
    const [centre, middle] = [picture.transform.applyX(at.x), picture.transform.applyY(at.y)];
    context.font = `${isChosen ? 720 : 620} ${isChosen ? 15 : 13}px "Archivo Variable", Arial, sans-serif`;
    const half = context.measureText(place.name).width / 2 + 6;
    const isSeen = centre > 0 && centre < width;
    const x = isSeen ? Math.max(half, Math.min(width - half, centre)) : centre;
    const boxAt = (y: number) => ({ left: x - half, right: x + half, top: y - 11, bottom: y + 11 });
    const free = SHIFTS.map((shift) => middle + shift).filter(
      (y) => isChosen || !taken.some((other) => overlap(boxAt(y), other)),
    );
    const y = leastCovered(free, boxAt, seen);
    if (y === undefined) continue;
    taken.push(boxAt(y));
    context.strokeStyle = colours.paper;
    context.lineWidth = 5;
    context.strokeText(place.name, x, y);
    context.fillStyle = colours.ink;
    context.fillText(place.name, x, y);
  }
};

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const overlap = (one: Box, other: Box): boolean =>
  one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;

/** The height at which a name covers the fewest points; of equals the first. */
const leastCovered = (
  heights: readonly number[],
  boxAt: (y: number) => Box,
  seen: readonly Seen[],
): number | undefined => {
  if (seen.length > MOST_AVOIDED) return heights[0];
  let best: number | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const y of heights) {
    const { left, right, top, bottom } = boxAt(y);
    const covered = seen.filter(
      (one) => one.x > left && one.x < right && one.y > top && one.y < bottom,
    ).length;
    if (covered < fewest) [best, fewest] = [y, covered];
  }
  return best;
};

const drawLasso = (
  context: CanvasRenderingContext2D,
  line: readonly { x: number; y: number }[],
  colours: MapColours,
) => {
  if (line.length < 2) return;
  context.beginPath();
  for (const { x, y } of line) context.lineTo(x, y);
  context.closePath();
  context.globalAlpha = 0.1;
  context.fillStyle = colours.ink;
  context.fill();
  context.globalAlpha = 1;
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = colours.ink;
  context.stroke();
  context.setLineDash([]);
};
