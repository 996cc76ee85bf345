/**
 * How well the spectral signature tells recordings apart: excerpts of every track of a folder, spoilt in several ways, against every track.
 * Prints, for each treatment, the error rates of the right track and of the closest other one (another take of the same piece included).
 *
 *   npm run build && node bench/signature/main.mjs [folder] [--seconds 6] [--seed 1] [--limit 40] [--fit MODEL --fitted-on TEXT]
 *
 * The folder defaults to the sample catalogue; one that `training.prepare pieces --takes 2` wrote holds takes. --fit puts limits into the model's
 * manifest: the
 * highest at which few other recordings are taken for the same.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createSignature,
  decodeAudio,
  loadModel,
  matchSignature,
  SIGNATURE_HOP,
  saveModel,
} from '@soundalike/embedder';
import { findFfmpeg } from '@soundalike/source';
import { writeRenders } from '../../scripts/write-renders.mjs';

const TREATMENTS = {
  'MP3 64 kbit/s': ['-c:a', 'libmp3lame', '-b:a', '64k', '-f', 'mp3'],
  'telephone band': ['-af', 'highpass=f=300,lowpass=f=3400', '-f', 'wav'],
  'gain -12 dB': ['-af', 'volume=-12dB', '-f', 'wav'],
  'noise 20 dB': { noise: 20 },
  'noise 10 dB': { noise: 10 },
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    limit: { type: 'string', default: '1000' },
    fit: { type: 'string' },
    'fitted-on': { type: 'string', default: '' },
  },
});
const folder = resolve(positionals[0] ?? fileURLToPath(new URL('../../samples/catalogue', import.meta.url)));
const seconds = Number(options.seconds);
const MAX_LIMIT = 0.2;
const MAX_TAKEN = 0.04;
/** The treatments under which an excerpt must be found; 10 dB of noise is reported. */
const PROMISED = ['MP3 64 kbit/s', 'telephone band', 'gain -12 dB', 'noise 20 dB'];

const main = async () => {
  const ffmpeg = await findFfmpeg();
  const random = seeded(Number(options.seed));
  const scratch = mkdtempSync(join(tmpdir(), 'soundalike-bench-signature-'));
  const names = await writeRenders(folder, scratch, Number(options.limit));
  const promised = [];
  const closestOthers = [];
  const tracks = [];
  let analysing = 0;
  for (const name of names) {
    const pcm = await decode(name, ffmpeg);
    const began = performance.now();
    const { words } = sign(pcm);
    analysing += performance.now() - began;
    tracks.push({ name, words, seconds: pcm.length / 22_050 });
  }
  const audio = tracks.reduce((sum, track) => sum + track.seconds, 0);
  console.log(
    `${tracks.length} tracks; ${(analysing / audio).toFixed(2)} ms to analyse a second of audio; excerpts of ${seconds} s`,
  );
  console.log(
    'treatment        hit@1  own: median  p95    max    others: min    p1     offset error: median  max (s)',
  );
  for (const [label, treatment] of Object.entries(TREATMENTS)) {
    const own = [];
    const others = [];
    const offsets = [];
    let hits = 0;
    for (const track of tracks) {
      const from = random() * Math.max(track.seconds - seconds, 0);
      const query = await excerpt(track.name, from, treatment, { ffmpeg, scratch, random });
      const matches = tracks.map((other) => ({ other, match: matchSignature(query, other.words) }));
      const rate = ({ match }) => match?.errorRate ?? 0.5;
      const right = matches.find(({ other }) => other === track);
      const closest = Math.min(...matches.filter(({ other }) => other !== track).map(rate));
      own.push(rate(right));
      others.push(closest);
      if (rate(right) < closest) hits += 1;
      if (right.match) offsets.push(Math.abs(right.match.offsetSeconds - from));
    }
    if (PROMISED.includes(label)) {
      promised.push(...own);
      closestOthers.push(...others);
    }
    const cell = (value, digits = 3) => value.toFixed(digits).padEnd(7);
    console.log(
      `${label.padEnd(16)} ${(hits / tracks.length).toFixed(2).padEnd(6)} ${cell(quantile(own, 0.5))}      ${cell(quantile(own, 0.95))}${cell(Math.max(...own))}${cell(Math.min(...others))}        ${cell(quantile(others, 0.01))}${cell(quantile(offsets, 0.5))}               ${cell(Math.max(...offsets), 2)}`,
    );
  }
  const strong = limitOf('excerpts', promised, closestOthers);
  tellMargins(promised, closestOthers, strong);
  const all = await wholeTracks(tracks, ffmpeg, scratch);
  console.log(`limits: strong ${strong}, all ${all}`);
  rmSync(scratch, { recursive: true, force: true });
  if (options.fit) await keep(options.fit, { strong, all, fittedOn: options['fitted-on'] || folder });
};

/** Whole tracks coded anew against all tracks, by all bits, as duplicates are found. */
const wholeTracks = async (tracks, ffmpeg, scratch) => {
  const own = [];
  const others = [];
  for (const track of tracks) {
    const target = join(scratch, 'whole.mp3');
    execFileSync(ffmpeg, ['-v', 'error', '-y', '-i', track.name, '-map', '0:a:0', '-b:a', '64k', target]);
    const { words } = sign(await decode(target, ffmpeg));
    const query = [{ words, strong: new Uint32Array(words.length).fill(0xff_ff_ff), shiftSeconds: 0 }];
    const near = { offsetSeconds: 0, withinSeconds: 5 };
    const rate = (other) => matchSignature(query, other.words, near)?.errorRate ?? 0.5;
    own.push(rate(track));
    others.push(Math.min(...tracks.filter((other) => other !== track).map(rate)));
  }
  return limitOf('whole tracks', own, others);
};

/**
 * The highest limit up to MAX_LIMIT at which no more than MAX_TAKEN of the closest others are taken for the same recording: where the folder has
 * takes, those are takes of the same piece, played and recorded alike. Prints what each of a few limits costs.
 */
const limitOf = (what, own, others) => {
  const missed = (limit) => own.filter((rate) => rate > limit).length / own.length;
  const taken = (limit) => others.filter((rate) => rate <= limit).length / others.length;
  for (const limit of [0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2])
    console.log(
      `${what}, limit ${limit}: ${percent(missed(limit))} missed, ${percent(taken(limit))} of the closest others taken`,
    );
  const limits = Array.from({ length: MAX_LIMIT * 200 }, (_, step) => (step + 1) / 200);
  return limits.findLast((limit) => taken(limit) <= MAX_TAKEN) ?? 0;
};

/** What a margin leaves of the other recordings within the limit, where the right one is in the catalogue too. */
const tellMargins = (own, others, limit) => {
  for (const margin of [0.04, 0.06, 0.08, 0.1, 0.12]) {
    const left = others.filter((rate, at) => rate <= limit && rate <= own[at] + margin).length;
    console.log(`excerpts, margin ${margin}: ${percent(left / others.length)} of the closest others taken`);
  }
};

const percent = (share) => `${(share * 100).toFixed(1)} %`;

const keep = async (name, signature) => {
  const model = await loadModel({ name });
  await saveModel({
    folder: model.folder,
    manifest: { ...model.manifest, signature: { ...model.manifest.signature, ...signature } },
    files: {},
  });
  console.log(`${name}: ${JSON.stringify(signature)}`);
};

const decode = async (path, ffmpeg) => {
  const parts = [];
  for await (const chunk of (await decodeAudio({ input: { path }, ffmpeg, channels: 'mix' })).chunks)
    parts.push(chunk);
  const pcm = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    pcm.set(part, at);
    at += part.length;
  }
  return pcm;
};

const sign = (pcm) => {
  const signature = createSignature();
  signature.push(pcm);
  return signature.finish();
};

const excerpt = async (path, from, treatment, { ffmpeg, scratch, random }) => {
  const target = join(scratch, 'excerpt');
  const output = Array.isArray(treatment) ? treatment : ['-f', 'wav'];
  execFileSync(ffmpeg, [
    '-v',
    'error',
    '-y',
    '-ss',
    `${from}`,
    '-t',
    `${seconds}`,
    '-i',
    path,
    '-map',
    '0:a:0',
    ...output,
    target,
  ]);
  let pcm = await decode(target, ffmpeg);
  if (treatment.noise) pcm = withNoise(pcm, treatment.noise, random);
  return [0, 1, 2, 3].map((part) => {
    const skip = (part * SIGNATURE_HOP) / 4;
    return { ...sign(pcm.subarray(skip)), shiftSeconds: skip / 22_050 };
  });
};

/** White Gaussian noise (Box-Muller) this many dB below the signal. */
const withNoise = (pcm, decibels, random) => {
  const power = pcm.reduce((sum, value) => sum + value * value, 0) / pcm.length;
  const level = Math.sqrt(power) * 10 ** (-decibels / 20);
  return pcm.map(
    (value) => value + level * Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random()),
  );
};

const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;

/** Numerical Recipes' linear congruential generator: repeatable, good enough to draw offsets and noise. */
const seeded = (state) => () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};

await main();
