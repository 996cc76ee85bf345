import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findFfmpeg } from '@soundalike/source';
import { pythonVenv, temporaryFolder } from '@soundalike/testing';
import { decodeAudio } from './decode/decode-audio.ts';
import {
  createEmbedder,
  type Embedder,
  embedTrack,
  type LoadedModel,
  loadModel,
  loadWeights,
  sliceWindows,
  WINDOW_SAMPLES,
  weightsToBytes,
} from './index.ts';

const run = promisify(execFile);
const ROOT = join(__dirname, '../../..');
const SAMPLE = join(ROOT, 'samples/catalogue/Dexter Quill Five/01 Quill Pen.opus');
const folder = temporaryFolder('embedder');

let ffmpeg: string;
let model: LoadedModel;
let embedder: Embedder;
let windows: Float32Array[];

beforeAll(async () => {
  ffmpeg = await findFfmpeg();
  model = await loadModel({ name: 'untrained' });
  embedder = await createEmbedder({ model, processes: 2 });
  windows = [];
  const { chunks } = await decodeAudio({ input: { path: SAMPLE }, ffmpeg, channels: 'mix' });
  for await (const { samples } of sliceWindows(chunks, {
    windowSamples: WINDOW_SAMPLES,
    hopSamples: WINDOW_SAMPLES,
    tail: 'drop',
  }))
    windows.push(samples);
}, 60_000);
afterAll(() => embedder.close());

/** The embedding processes that live at this moment; between a kill and the next start there may be none. */
const children = (): number[] => {
  const { stdout } = spawnSync('pgrep', ['-P', `${process.pid}`, '-f', 'child-main'], { encoding: 'utf8' });
  return stdout.trim().split('\n').filter(Boolean).map(Number);
};

const someChild = async (): Promise<number[]> => {
  for (;;) {
    const alive = children();
    if (alive.length > 0) return alive;
    await sleep(20);
  }
};

const reference = async (weights: Uint8Array): Promise<Float32Array> => {
  const [weightsPath, pcmPath, outPath] = ['w.safetensors', 'pcm.f32', 'out.f32'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  writeFileSync(weightsPath, weights);
  writeFileSync(pcmPath, Buffer.concat(windows.slice(0, 3).map((window) => new Uint8Array(window.buffer))));
  const python = join(await pythonVenv('numpy'), 'python');
  await run(python, [
    join(ROOT, 'training/reference.py'),
    '--weights',
    weightsPath,
    '--pcm',
    pcmPath,
    '--out',
    outPath,
  ]);
  return new Float32Array(new Uint8Array(readFileSync(outPath)).buffer);
};

const largestDifference = (a: Float32Array, b: readonly Float32Array[]) =>
  Math.max(
    ...b.flatMap((vector, row) =>
      [...vector].map((value, i) => Math.abs(value - (a[row * 512 + i] ?? Number.NaN))),
    ),
  );

describe('the embedder against independent code', () => {
  test('NumPy gives the same vectors on real audio, and notices one changed weight', async () => {
    const vectors = await embedder.embed({ windows: windows.slice(0, 3) });
    const weights = await loadWeights(model);
    expect(largestDifference(await reference(weightsToBytes(weights)), vectors)).toBeLessThan(1e-4);
    const changed = new Map(weights);
    const tensor = Float32Array.from(changed.get('sequential.5.0.weight') ?? []);
    tensor[4321] = (tensor[4321] ?? 0) + 0.5;
    changed.set('sequential.5.0.weight', tensor);
    expect(largestDifference(await reference(weightsToBytes(changed)), vectors)).toBeGreaterThan(1e-4);
  }, 300_000);
});

describe('embedding processes', () => {
  test('with startAll all of them start at once, and answer as one does', async () => {
    const before = new Set(children());
    const eager = await createEmbedder({ model, processes: 2, startAll: true });
    try {
      const own = () => children().filter((pid) => !before.has(pid));
      for (const since = Date.now(); own().length < 2 && Date.now() - since < 20_000; ) await sleep(50);
      expect(own()).toHaveLength(2);
      expect(await eager.embed({ windows: windows.slice(0, 3) })).toEqual(
        await embedder.embed({ windows: windows.slice(0, 3) }),
      );
    } finally {
      await eager.close();
    }
  }, 60_000);

  test('with startAll a model that cannot run leaves no process behind', async () => {
    const before = new Set(children());
    const trained = await loadModel({ name: 'clmr-synth' });
    const broken = { ...trained, folder: join(folder, 'without-weights') };
    await expect(createEmbedder({ model: broken, processes: 2, startAll: true })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
    const left = () => children().filter((pid) => !before.has(pid));
    for (const since = Date.now(); left().length > 0 && Date.now() - since < 10_000; ) await sleep(50);
    expect(left()).toEqual([]);
  }, 60_000);

  test('a vector does not depend on its batch mates, bit for bit', async () => {
    const together = await embedder.embed({ windows });
    const alone: Float32Array[] = [];
    for (const window of windows) alone.push(...(await embedder.embed({ windows: [window] })));
    const padded = await Promise.all(
      windows.map((window) =>
        embedder.embed({
          windows: [window, new Float32Array(WINDOW_SAMPLES), new Float32Array(WINDOW_SAMPLES).fill(0.5)],
        }),
      ),
    );
    windows.forEach((_, index) => {
      expect(alone[index]).toEqual(together[index]);
      expect(padded[index]?.[0]).toEqual(together[index]);
    });
  }, 60_000);

  test('killed children cost a retry, never a vector', async () => {
    const expected = await embedder.embed({ windows });
    const work = Promise.all(Array.from({ length: 6 }, () => embedder.embed({ windows })));
    for (let kill = 0; kill < 2; kill++) {
      await sleep(150);
      for (const pid of await someChild()) process.kill(pid, 'SIGKILL');
    }
    for (const vectors of await work) expect(vectors).toEqual(expected);
  }, 60_000);

  test('a child above its memory limit is replaced between two batches, and no vector is lost', async () => {
    const expected = await embedder.embed({ windows });
    const others = children();
    const ownChild = () => children().find((pid) => !others.includes(pid));
    const small = await createEmbedder({ model, processes: 1, maxRssBytes: 1 });
    const first = ownChild();
    expect(first).toBeDefined();
    // Several batches, each by a fresh child.
    expect(await small.embed({ windows })).toEqual(expected);
    while (ownChild() !== undefined) await sleep(20);
    expect(await small.embed({ windows: windows.slice(0, 1) })).toEqual(expected.slice(0, 1));
    await small.close();

    const roomy = await createEmbedder({ model, processes: 1, maxRssBytes: 1e12 });
    const kept = ownChild();
    await roomy.embed({ windows });
    expect(ownChild()).toBe(kept);
    await roomy.close();
  }, 60_000);

  test('an aborted call ends with CANCELLED and leaves the rest alone', async () => {
    const stop = new AbortController();
    const many = embedder.embed({
      windows: Array.from({ length: 40 }, () => windows[0] as Float32Array),
      signal: stop.signal,
    });
    const other = embedder.embed({ windows: windows.slice(0, 1) });
    stop.abort();
    await expect(many).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await other).toHaveLength(1);
  }, 60_000);

  test('a provider that cannot run is an error, not another provider', async () => {
    await expect(createEmbedder({ model, processes: 1, provider: 'cuda' })).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
  }, 60_000);

  test("weights that are not the manifest's are refused", async () => {
    const manifest = { ...model.manifest, weights: { seed: 1, sha256: '0'.repeat(64) } };
    await expect(createEmbedder({ model: { ...model, manifest }, processes: 1 })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  }, 60_000);
});

describe('embedTrack', () => {
  test('a track becomes clips whose last one ends at the last sample', async () => {
    const track = await embedTrack({ input: { path: SAMPLE }, embedder, ffmpeg });
    const starts = track.clips.map((clip) => clip.startMs);
    expect(starts.slice(0, 3)).toEqual([0, 2678, 5356]);
    expect((starts.at(-1) ?? 0) / 1000 + WINDOW_SAMPLES / 22_050).toBeCloseTo(track.durationSeconds, 2);
  }, 60_000);

  test.each([
    ['AUDIO_TOO_SHORT', 'sine=440:duration=0.3'],
    ['AUDIO_SILENT', 'anullsrc=duration=5'],
  ])('%s', async (code, source) => {
    const path = join(folder, `${code}.wav`);
    execFileSync(ffmpeg, ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-t', '5', path]);
    await expect(embedTrack({ input: { path }, embedder, ffmpeg })).rejects.toMatchObject({ code });
  });

  test('three hours stream through less than 300 MB', async () => {
    const path = join(folder, 'long.wav');
    execFileSync(ffmpeg, [
      '-v',
      'error',
      '-y',
      '-f',
      'lavfi',
      '-i',
      'sine=440:duration=10800:sample_rate=8000',
      '-c:a',
      'pcm_u8',
      path,
    ]);
    const { chunks } = await decodeAudio({ input: { path }, ffmpeg, channels: 'mix' });
    let samples = 0;
    const before = process.memoryUsage().rss;
    let peak = 0;
    for await (const window of sliceWindows(chunks, {
      windowSamples: WINDOW_SAMPLES,
      hopSamples: WINDOW_SAMPLES,
      tail: 'drop',
    })) {
      samples += window.samples.length;
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    expect(samples / 22_050).toBeGreaterThan(10_790);
    // Jest itself takes far more than the product; what decoding adds is bounded.
    expect((peak - before) / 1e6).toBeLessThan(300);
  }, 300_000);
});
