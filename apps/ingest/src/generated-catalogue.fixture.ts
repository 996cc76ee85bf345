import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Hz; what models take anyway, so that files are small. */
const RATE = 22_050;

/** Peak that a piece must have to count as music, of 32,768. */
const LOUD_ENOUGH = 1_000;

/** Longest track that the catalogue is made for: one of the broken kinds is longer, seconds. */
export const MAX_SECONDS = 60;

/** Each way in which a file can be broken, and the code it ends with. */
const BROKEN: readonly (readonly [name: string, code: string, make: (path: string, tools: Tools) => void])[] =
  [
    ['empty.mp3', 'SOURCE_EMPTY', (path) => writeFileSync(path, '')],
    ['text.mp3', 'AUDIO_UNDECODABLE', (path) => writeFileSync(path, 'this is no music\n'.repeat(300))],
    [
      'page.ogg',
      'AUDIO_UNDECODABLE',
      (path) => writeFileSync(path, `<html>${'<p>Not found</p>'.repeat(99)}</html>`),
    ],
    ['noise.flac', 'AUDIO_UNDECODABLE', (path, { random }) => writeFileSync(path, bytes(5_000, random))],
    ['zeros.wav', 'AUDIO_UNDECODABLE', (path) => writeFileSync(path, Buffer.alloc(4_000))],
    ['cut.m4a', 'AUDIO_UNDECODABLE', cutShort],
    [
      'picture.mp3',
      'NO_AUDIO_STREAM',
      (path, { ffmpeg }) =>
        ffmpeg([
          '-f',
          'lavfi',
          '-i',
          'color=red:s=16x16',
          '-frames:v',
          '1',
          '-f',
          'image2',
          '-c:v',
          'png',
          path,
        ]),
    ],
    [
      'video.mp4',
      'NO_AUDIO_STREAM',
      (path, { ffmpeg }) => ffmpeg(['-f', 'lavfi', '-i', 'testsrc=duration=1:size=64x64', '-an', path]),
    ],
    ['short.wav', 'AUDIO_TOO_SHORT', (path, { piece }) => writeFileSync(path, wav(piece(0.3)))],
    ['hollow.wav', 'AUDIO_TOO_SHORT', (path) => writeFileSync(path, wav(Buffer.alloc(0)))],
    ['silent.wav', 'AUDIO_SILENT', (path) => writeFileSync(path, wav(Buffer.alloc(RATE * 2 * 3)))],
    [
      'long.wav',
      'AUDIO_TOO_LONG',
      (path) => writeFileSync(path, wav(Buffer.alloc(RATE * 2 * (MAX_SECONDS + 3), 7))),
    ],
  ];

interface Tools {
  ffmpeg(args: readonly string[]): void;
  /** So many seconds of real music, never twice the same. */
  piece(seconds: number): Buffer;
  random(): number;
}

/** What a run over the catalogue must end with. */
export interface ExpectedCatalogue {
  readonly files: readonly string[];
  readonly indexed: number;
  readonly duplicate: number;
  readonly failed: number;
  readonly codes: Readonly<Record<string, number>>;
  /** Pairs of different coding that are the same recording. */
  readonly transcodes: number;
}

/**
 * A catalogue of `count` short files cut from the sample tracks, in nested folders with names in several scripts: 2 % broken in 12 ways (each
 * at least once), 1.5 % copies, 0.75 % retagged copies, 0.75 % transcodes.
 */
export const generateCatalogue = (options: {
  folder: string;
  count: number;
  ffmpeg: string;
  /** The folder of the sample tracks. */
  samples: string;
  seed?: number;
}): ExpectedCatalogue => {
  const { folder, count } = options;
  const random = createRandom(options.seed ?? 1);
  const tools = createTools(options, random);
  const broken = Math.max(BROKEN.length, Math.round(count * 0.02));
  const copies = Math.ceil(count * 0.015);
  const retagged = Math.ceil(count * 0.0075);
  const transcodes = Math.ceil(count * 0.0075);
  const whole = count - broken - copies - retagged - transcodes;
  const files: string[] = [];
  const place = (name: string, index: number): string => {
    const file = `Ärtist ${index % 13}/アルバム ${index % 5}/${name}`;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    files.push(file);
    return join(folder, file);
  };
  const flacs: string[] = [];
  const plain: string[] = [];
  for (let i = 0; i < whole; i++) {
    // Those that are retagged and transcoded need a container with tags, and enough sound to be told apart.
    const isFlac = i < retagged + transcodes;
    const path = place(`${String(i).padStart(4, '0')} Пьеса & 50% «${i}».${isFlac ? 'flac' : 'wav'}`, i);
    const sound = wav(tools.piece(isFlac ? 6 : 2.1 + random() * 0.9));
    if (isFlac) encode(options.ffmpeg, sound, ['-c:a', 'flac', path]);
    else writeFileSync(path, sound);
    (isFlac ? flacs : plain).push(path);
  }
  for (let i = 0; i < copies; i++) copyFileSync(plain[i] as string, place(`copy ${i}.wav`, i + 1));
  for (let i = 0; i < retagged; i++)
    tools.ffmpeg([
      '-i',
      flacs[i] as string,
      '-c',
      'copy',
      '-metadata',
      `title=Retagged ${i}`,
      place(`retagged ${i}.flac`, i + 2),
    ]);
  for (let i = 0; i < transcodes; i++)
    tools.ffmpeg(['-i', flacs[retagged + i] as string, '-b:a', '128k', place(`transcode ${i}.mp3`, i + 3)]);
  const codes: Record<string, number> = {};
  for (let i = 0; i < broken; i++) {
    const [name, code, make] = BROKEN[i % BROKEN.length] as (typeof BROKEN)[number];
    make(place(`broken ${i} ${name}`, i), tools);
    codes[code] = (codes[code] ?? 0) + 1;
  }
  return {
    files,
    indexed: whole + transcodes,
    duplicate: copies + retagged,
    failed: broken,
    codes,
    transcodes,
  };
};

const createTools = (
  { ffmpeg, samples }: { ffmpeg: string; samples: string },
  random: () => number,
): Tools => {
  const tracks = readdirSync(samples, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.opus'))
    .sort()
    .filter((_, i) => i % 5 === 0)
    .map((name) =>
      execFileSync(
        ffmpeg,
        ['-v', 'error', '-i', join(samples, name), '-ac', '1', '-ar', `${RATE}`, '-f', 's16le', 'pipe:1'],
        { maxBuffer: 1e8 },
      ),
    );
  const taken = new Set<string>();
  return {
    random,
    ffmpeg: (args) => void execFileSync(ffmpeg, ['-v', 'error', '-y', ...args]),
    piece: (seconds) => {
      const length = Math.round(seconds * RATE) * 2;
      for (;;) {
        const track = Math.floor(random() * tracks.length);
        const sound = tracks[track] as Buffer;
        const at = Math.floor((random() * (sound.length - length)) / 2_000) * 2_000;
        const cut = sound.subarray(at, at + length);
        // Tracks begin and end in silence.
        if (taken.has(`${track} ${at}`) || peakOf(cut) < LOUD_ENOUGH) continue;
        taken.add(`${track} ${at}`);
        return cut;
      }
    },
  };
};

const peakOf = (sound: Buffer): number => {
  let peak = 0;
  for (let at = 0; at + 1 < sound.length; at += 2) peak = Math.max(peak, Math.abs(sound.readInt16LE(at)));
  return peak;
};

/** 16-bit mono sound as a WAV file. */
const wav = (sound: Buffer): Buffer => {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + sound.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(sound.length, 40);
  return Buffer.concat([header, sound]);
};

const encode = (ffmpeg: string, sound: Buffer, args: readonly string[]) =>
  execFileSync(ffmpeg, ['-v', 'error', '-y', '-i', 'pipe:0', ...args], { input: sound });

function cutShort(path: string, { ffmpeg }: Tools): void {
  ffmpeg(['-f', 'lavfi', '-i', 'sine=440:duration=3', path]);
  truncateSync(path, 8_000);
}

const bytes = (length: number, random: () => number): Buffer =>
  Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));

/** Mulberry32, a small seeded generator. */
const createRandom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
