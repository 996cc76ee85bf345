/**
 * The map at its largest: 20,000 tracks made of the samples' vectors, each a little off. How long UMAP takes in its thread, how long it
 * holds up the event loop meanwhile, and how smoothly Chromium pans, zooms and hovers over the result.
 *
 * `npm run build && node bench/map/main.mjs [points]`; SOUNDALIKE_HOME names a catalogue of the samples that is there already.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { layOutInThread } from '../../apps/query/dist/map/lay-out-in-thread.js';
import { serveSearch } from '../../scripts/screenshots/serve.mjs';
import { moveOnMap } from './move-on-map.mjs';
import { perturbedTracks } from './perturbed-tracks.mjs';

const count = Number(process.argv[2] ?? 20_000);
const server = await serveSearch();
try {
  const { tracks, vectors, dimension } = await perturbedTracks(server.home, count);

  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const [began, cpuBefore] = [performance.now(), process.cpuUsage()];
  const positions = await layOutInThread({ vectors, count, dimension }, new AbortController().signal);
  const seconds = (performance.now() - began) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  delay.disable();
  console.log(
    `UMAP of ${count} x ${dimension}: ${seconds.toFixed(1)} s in its thread (${cpuSeconds.toFixed(1)} s of processor time); event loop meanwhile p99 ${ms(delay.percentile(99))}, at most ${ms(delay.max)}`,
  );
  console.log(
    `neighbours of the same sample among the 10 nearest on the map: ${purity(positions, tracks).toFixed(2)}`,
  );

  const points = tracks.map((track, at) => ({
    trackId: track.trackId,
    x: positions[at * 2],
    y: positions[at * 2 + 1],
    title: track.title,
    artist: track.artist,
    genre: track.genre,
  }));
  for (const { name, load, frames } of await moveOnMap(server.url, points))
    console.log(
      `${name.padEnd(10)} ${load ? `first drawn after ${load.toFixed(0)} ms; ` : ''}frames ${frames.length}: median ${at(frames, 0.5)} ms, p95 ${at(frames, 0.95)} ms, longest ${at(frames, 1)} ms`,
    );
} finally {
  await server.stop();
}

function at(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1);
}

function ms(nanoseconds) {
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}

/** Of 200 points: how many of their ten nearest on the map come from the same sample. */
function purity(positions, tracks) {
  let same = 0;
  const step = Math.max(1, Math.floor(tracks.length / 200));
  let asked = 0;
  for (let one = 0; one < tracks.length; one += step) {
    const distances = tracks.map((_, other) => [
      Math.hypot(
        positions[one * 2] - positions[other * 2],
        positions[one * 2 + 1] - positions[other * 2 + 1],
      ),
      other,
    ]);
    distances.sort(([a], [b]) => a - b);
    for (const [, other] of distances.slice(1, 11))
      same += tracks[other].sample === tracks[one].sample ? 1 : 0;
    asked += 10;
  }
  return same / asked;
}
