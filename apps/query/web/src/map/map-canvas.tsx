import { theme } from '@soundalike/design';
import { quadtree } from 'd3-quadtree';
import { select } from 'd3-selection';
import { type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MapPoint } from '../api/types.ts';
import { drawMap, type MapPicture } from './draw-map.ts';
import { isInside, type Size, scaleOf, toCanvas, toMap } from './geometry.ts';
import * as state from './map-state.ts';
import { DIRECTIONS, walk } from './walk.ts';

/** A point counts as meant within this distance, CSS pixels. */
const REACH = 14;
const DEEPEST = 80;
/** Nearer to the upper edge than this, the words about a point stand below it, CSS pixels. */
const TIP_ROOM = 84;

/** The map itself: pan, zoom, hover, click to hear, lasso to gather; with the keyboard, arrows walk from point to point. */
export const MapCanvas = () => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [transform, setTransform] = useState<ZoomTransform>(zoomIdentity);
  const [lasso, setLasso] = useState<readonly { x: number; y: number }[]>([]);
  const behaviour = useRef<ZoomBehavior<HTMLCanvasElement, unknown> | null>(null);
  const points = state.points.value;
  const tree = useMemo(
    () =>
      quadtree<MapPoint>()
        .x(({ x }) => x)
        .y(({ y }) => y)
        .addAll([...points]),
    [points],
  );

  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    const zooming = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([0.7, DEEPEST])
      .filter(
        (event: MouseEvent | TouchEvent) =>
          event.type === 'wheel' ||
          !(state.isLassoing.peek() || event.shiftKey || ('button' in event && event.button)),
      )
      .on('zoom', ({ transform: next }: { transform: ZoomTransform }) => setTransform(next));
    select(element).call(zooming).on('dblclick.zoom', null);
    behaviour.current = zooming;
    return () => observer.disconnect();
  }, []);

  // Everything the picture depends on is read here, so that each change of it draws again.
  const picture = {
    size,
    transform,
    points,
    places: state.places.value,
    genre: state.genre.value,
    sampleId: state.sampleId.value,
    resultIds: state.resultIds.value,
    gathered: state.gatheredIds.value,
    hovered: state.hovered.value,
    pinned: state.pinned.value,
    lasso,
  };
  const shownTheme = theme.value;
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (canvas.current && size.width > 0) drawOn(canvas.current, picture);
    });
    return () => cancelAnimationFrame(frame);
  }, [...Object.values(picture), shownTheme]);

  const placeOf = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const toMapPlace = ({ x, y }: { x: number; y: number }) =>
    toMap({ x: transform.invertX(x), y: transform.invertY(y) }, size);
  const nearest = (place: { x: number; y: number }): MapPoint | null => {
    const at = toMapPlace(place);
    const { scaleX, scaleY } = scaleOf(size);
    return tree.find(at.x, at.y, REACH / (Math.min(scaleX, scaleY) * transform.k)) ?? null;
  };
  const isLassoStart = (event: PointerEvent) =>
    event.button === 0 && (state.isLassoing.value || event.shiftKey);

  const onPointerMove = (event: PointerEvent) => {
    const place = placeOf(event);
    if (lasso.length > 0) setLasso([...lasso, place]);
    else if (event.buttons === 0) state.hovered.value = nearest(place);
  };
  const onPointerUp = () => {
    if (lasso.length > 2) {
      const polygon = lasso.map(toMapPlace);
      state.gathered.value = points.filter((point) => isInside(point, polygon));
    }
    setLasso([]);
  };
  const zoomBy = (factor: number) => {
    if (canvas.current && behaviour.current) behaviour.current.scaleBy(select(canvas.current), factor);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const here = state.hovered.value;
    const direction = DIRECTIONS[event.key];
    if (direction) state.hovered.value = walk(points, here ?? state.pinned.value, direction);
    else if (event.key === 'Enter' && here) state.hear(here);
    else if (event.key === '+') zoomBy(1.5);
    else if (event.key === '-') zoomBy(1 / 1.5);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const shown = state.hovered.value;
  const at = shown && toCanvas(shown, size);
  return (
    <div
      class="map-keys"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys: arrows walk from point to point
      tabIndex={0}
      aria-label={`Map of ${points.length.toLocaleString('en')} tracks. Arrow keys walk from track to track, Enter plays, plus and minus zoom.`}
      onKeyDown={onKeyDown}
    >
      <canvas
        ref={canvas}
        class={state.isLassoing.value ? 'map-canvas lassoing' : 'map-canvas'}
        data-scale={transform.k}
        onPointerDown={(event) => {
          if (!isLassoStart(event)) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setLasso([placeOf(event)]);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => {
          state.hovered.value = null;
        }}
        onClick={(event) => {
          const point = nearest(placeOf(event));
          if (point && !state.isLassoing.value) state.hear(point);
        }}
      />
      <p class="sr-only" aria-live="polite">
        {shown ? wordsFor(shown) : ''}
      </p>
      {shown && at && (
        <div
          class={transform.applyY(at.y) < TIP_ROOM ? 'map-tip below' : 'map-tip'}
          aria-hidden="true"
          style={{
            left: `clamp(8rem, ${transform.applyX(at.x)}px, 100% - 8rem)`,
            top: `${transform.applyY(at.y)}px`,
          }}
        >
          <strong dir="auto">{shown.title ?? shown.trackId}</strong>
          <span dir="auto">{[shown.artist, shown.genre].filter(Boolean).join(' · ')}</span>
        </div>
      )}
    </div>
  );
};

const wordsFor = ({ title, artist, genre, trackId }: MapPoint): string =>
  [title ?? trackId, artist, genre].filter(Boolean).join(', ');

/** Draws at the screen's own resolution. */
const drawOn = (canvas: HTMLCanvasElement, picture: MapPicture) => {
  const context = canvas.getContext('2d');
  if (!context) return;
  const [width, height] = [picture.size.width, picture.size.height].map((side) =>
    Math.round(side * devicePixelRatio),
  ) as [number, number];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  drawMap(context, picture, colours());
};

const colours = () => {
  const styles = getComputedStyle(document.documentElement);
  const token = (name: string) => styles.getPropertyValue(name).trim();
  return {
    ink: token('--ink'),
    quiet: token('--ink-3'),
    paper: token('--surface'),
    a: token('--a'),
    b: token('--b'),
  };
};
