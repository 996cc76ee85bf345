/** Tiny tracks, each of its own sound, made from a seed alone; and files that must fail, with the code they must fail with. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from './seeded.mjs';

const RATE = 22_050;

/** Mono 16-bit WAV of a few partials and some noise, 5 to 9 s: two to four clips. */
export const writeTrack = (folder, seed, index) => {
  const random = seeded(seed * 100_003 + index);
  const seconds = 5 + 4 * random.next();
  const partials = Array.from({ length: 4 }, () => [
    60 + 4_000 * random.next() ** 2,
    0.05 + 0.15 * random.next(),
  ]);
  const samples = new Int16Array(Math.round(seconds * RATE));
  for (let i = 0; i < samples.length; i++) {
    let value = 0.05 * (random.next() - 0.5);
    for (const [frequency, level] of partials)
      value += level * Math.sin((2 * Math.PI * frequency * i) / RATE);
    samples[i] = Math.round(value * 20_000);
  }
  const name = `track-${index}.wav`;
  writeFileSync(join(folder, name), wav(samples));
  return name;
};

/** The poison list: path to the code it must end with. The chaos ffmpeg dies on whatever is called poison. */
export const writePoison = (folder) => {
  writeFileSync(join(folder, 'empty.wav'), '');
  writeFileSync(join(folder, 'text.wav'), 'no music\n'.repeat(500));
  writeFileSync(join(folder, 'silent.wav'), wav(new Int16Array(5 * RATE)));
  writeFileSync(join(folder, 'short.wav'), wav(new Int16Array(RATE / 2).fill(900)));
  const poison = ['poison-1.wav', 'poison-2.wav'];
  for (const [index, name] of poison.entries()) {
    const samples = new Int16Array(4 * RATE).map((_, i) => 8_000 * Math.sin(i / (9 + index)));
    writeFileSync(join(folder, name), wav(samples));
  }
  return {
    'empty.wav': 'SOURCE_EMPTY',
    'text.wav': 'AUDIO_UNDECODABLE',
    'silent.wav': 'AUDIO_SILENT',
    'short.wav': 'AUDIO_TOO_SHORT',
    ...Object.fromEntries(poison.map((name) => [name, 'DECODER_CRASHED'])),
  };
};

/** An ffmpeg that dies on the poison and is ffmpeg otherwise. */
export const writeFfmpeg = (folder, ffmpeg) => {
  const path = join(folder, 'ffmpeg');
  writeFileSync(path, `#!/bin/sh\ncase "$*" in *poison-*) kill -9 $$ ;; esac\nexec ${ffmpeg} "$@"\n`, {
    mode: 0o755,
  });
  return path;
};

const wav = (samples) => {
  const data = Buffer.from(samples.buffer);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
};
