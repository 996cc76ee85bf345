import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createSignature, decodeAudio, loadModel, type SignatureLimits } from '@soundalike/embedder';
import { findFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';
import { querySignature } from './query-signature.ts';
import { verifySignature } from './verify-signature.ts';

const CATALOGUE = join(__dirname, '../../../../samples/catalogue');
const SONG = join(CATALOGUE, 'Núria Àvila/03 La sal.opus');
const OTHER_TAKE = join(CATALOGUE, 'Núria Àvila/09 La sal (second take).opus');
const STRANGER = join(CATALOGUE, 'Dexter Quill Five/01 Quill Pen.opus');
const folder = temporaryFolder('signature');

let ffmpeg: string;
let limits: SignatureLimits;
const tracks = new Map<string, Uint32Array>();

beforeAll(async () => {
  ffmpeg = await findFfmpeg();
  limits = (await loadModel({ name: 'clmr-synth' })).info.signature;
  for (const path of [SONG, OTHER_TAKE, STRANGER]) {
    const signature = createSignature();
    for await (const chunk of (await decodeAudio({ input: { path }, ffmpeg, channels: 'mix' })).chunks)
      signature.push(chunk);
    tracks.set(path, signature.finish().words);
  }
}, 60_000);

/** The signature of a passage of SONG, spoilt by ffmpeg's filters and coder. */
const passage = async (from: number, seconds: number, name: string, args: string[]) => {
  const path = join(folder, name);
  execFileSync(ffmpeg, [
    '-v',
    'error',
    '-y',
    '-i',
    SONG,
    '-ss',
    `${from}`,
    '-t',
    `${seconds}`,
    ...args,
    path,
  ]);
  return signatureOf(path);
};

const signatureOf = async (path: string) => {
  const samples: number[] = [];
  for await (const chunk of (await decodeAudio({ input: { path }, ffmpeg, channels: 'mix' })).chunks)
    for (const sample of chunk) samples.push(sample);
  return querySignature(Float32Array.from(samples), 0);
};

const find = (query: Awaited<ReturnType<typeof passage>>, path: string, hintMs?: number) =>
  verifySignature(query, tracks.get(path) as Uint32Array, hintMs, limits);

describe('verifySignature', () => {
  test.each([
    ['MP3 at 64 kbit/s', 'a.mp3', ['-b:a', '64k']],
    ['the telephone band', 'b.wav', ['-af', 'highpass=f=300,lowpass=f=3400']],
    ['18 dB less', 'c.wav', ['-af', 'volume=-18dB']],
    [
      'noise 20 dB below',
      'd.wav',
      ['-filter_complex', 'anoisesrc=a=0.02:seed=3[n];[0:a][n]amix=duration=first:normalize=0'],
    ],
  ])('6 s through %s are found within 50 ms', async (_label, name, args) => {
    const found = find(await passage(7.123, 6, name, args), SONG);
    expect(Math.abs((found?.offsetMs ?? 0) - 7123)).toBeLessThan(50);
    expect((found?.toMs ?? 0) - (found?.fromMs ?? 0)).toBeGreaterThan(5000);
  });

  test('another take of the same piece and another piece are not the same recording', async () => {
    const query = await passage(7.123, 6, 'e.mp3', ['-b:a', '64k']);
    expect(find(query, OTHER_TAKE)).toBeUndefined();
    expect(find(query, STRANGER)).toBeUndefined();
    expect(find(query, STRANGER, 9000)).toBeUndefined();
  });

  test('a passage inside something longer is found with its ends', async () => {
    const path = join(folder, 'mix.wav');
    execFileSync(ffmpeg, [
      '-v',
      'error',
      '-y',
      '-i',
      STRANGER,
      '-i',
      SONG,
      '-filter_complex',
      '[0:a]atrim=0:20,asetpts=N/SR/TB[a];[1:a]atrim=2:22,asetpts=N/SR/TB[b];[a][b]concat=v=0:a=1',
      path,
    ]);
    const found = find(await signatureOf(path), SONG, -18_000);
    expect(Math.abs((found?.offsetMs ?? 0) + 18_000)).toBeLessThan(50);
    expect(Math.abs((found?.fromMs ?? 0) - 20_000)).toBeLessThan(1500);
    expect(Math.abs((found?.toMs ?? 0) - 40_000)).toBeLessThan(1500);
  });

  test('silence says nothing', async () => {
    const query = await querySignature(new Float32Array(22_050 * 6), 0);
    expect(find(query, SONG)).toBeUndefined();
  });
});
