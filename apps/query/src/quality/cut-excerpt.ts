import { readFile, rm, writeFile } from 'node:fs/promises';
import { SoundalikeError } from '@soundalike/core';
import { inputPath, runFfmpeg } from '@soundalike/source';
import type { Treatment } from './treatments.ts';

const TIMEOUT_MS = 60_000;

/** Rate at which excerpts are kept before they are asked with: what a player or a phone would record, Hz. */
const RATE = 44_100;

/**
 * Cuts a passage out of a file, spoils it and writes it where a search can read it.
 *
 * @param options.from seconds; need not lie on anything
 * @param options.random for the noise
 * @returns the path: `target` with the ending of what it was coded as
 * @throws SoundalikeError `AUDIO_UNDECODABLE` with ffmpeg's words
 */
export const cutExcerpt = async (options: {
  path: string;
  from: number;
  seconds: number;
  treatment: Treatment;
  target: string;
  ffmpeg: string;
  random: () => number;
  signal: AbortSignal;
}): Promise<string> => {
  const { path, from, seconds, treatment, ffmpeg, random, signal } = options;
  const { filters, noiseDb, codec, speed = 1 } = treatment;
  const wave = `${options.target}.wav`;
  const chain = [
    ...(filters ? [filters] : []),
    ...(speed === 1 ? [] : [`asetrate=${Math.round(RATE * speed)}`, `aresample=${RATE}`]),
  ];
  const run = async (args: readonly string[]) => {
    const { exitCode, words } = await runFfmpeg({
      ffmpeg,
      arguments: ['-v', 'error', '-nostdin', '-y', ...args],
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if (exitCode !== 0)
      throw new SoundalikeError('AUDIO_UNDECODABLE', `${path}: no excerpt could be cut`, { detail: words });
  };
  // Decoded before it is cut: seeking in a compressed file lands between its packets.
  await run([
    ...['-i', inputPath(path), '-map', '0:a:0', '-ac', '1', '-ar', `${RATE}`],
    ...['-af', [`atrim=${from}:${from + seconds * speed}`, 'asetpts=N/SR/TB', ...chain].join(',')],
    ...['-c:a', 'pcm_s16le', wave],
  ]);
  if (noiseDb !== undefined) await addNoise(wave, noiseDb, random);
  if (!codec) return wave;
  const coded = `${options.target}.${codec.at(-1)}`;
  await run(['-i', inputPath(wave), ...codec, coded]);
  await rm(wave);
  return coded;
};

/** White Gaussian noise (Box & Muller 1958) over a 16-bit WAV file, `decibels` below its mean power. */
const addNoise = async (path: string, decibels: number, random: () => number): Promise<void> => {
  const file = await readFile(path);
  const start = file.indexOf('data') + 8;
  const samples = new Int16Array(
    file.buffer.slice(file.byteOffset + start, file.byteOffset + file.length - ((file.length - start) % 2)),
  );
  const power = samples.reduce((sum, value) => sum + value * value, 0) / Math.max(samples.length, 1);
  const level = Math.sqrt(power) * 10 ** (-decibels / 20);
  const noisy = samples.map((value) => {
    const noise = Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
    return Math.max(-32_768, Math.min(32_767, Math.round(value + level * noise)));
  });
  await writeFile(path, Buffer.concat([file.subarray(0, start), Buffer.from(noisy.buffer)]));
};
