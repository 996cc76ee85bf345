import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';
import { type DecodeOptions, decodeAudio } from './decode-audio.ts';

const folder = temporaryFolder('decode');
let ffmpeg: string;
beforeAll(async () => {
  ffmpeg = await findFfmpeg();
});

/** Amplitude of the test tones. */
const LEVEL = 0.25;

const tone = (name: string, ...args: string[]) => {
  const path = join(folder, name);
  execFileSync(ffmpeg, [
    '-v',
    'error',
    '-y',
    '-f',
    'lavfi',
    '-i',
    `aevalsrc=${LEVEL}*sin(2*PI*440*t):d=3:s=44100`,
    ...args,
    path,
  ]);
  return path;
};

const decode = async (options: Partial<DecodeOptions> & Pick<DecodeOptions, 'input'>) => {
  const decoded = await decodeAudio({ ffmpeg, channels: 'mix', ...options });
  const samples: number[] = [];
  for await (const chunk of decoded.chunks) samples.push(...chunk);
  return { channels: decoded.channels, samples };
};

const rms = (samples: number[]) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

describe('decodeAudio', () => {
  test.each([
    ['mono', 'mono.wav', ['-ac', '1']],
    ['stereo', 'stereo.wav', ['-af', 'pan=stereo|c0=c0|c1=c0']],
    ['5.1', 'surround.wav', ['-af', 'pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0']],
    ['8-bit', 'eight.wav', ['-c:a', 'pcm_u8']],
    ['24-bit 96 kHz', 'high.flac', ['-ar', '96000', '-sample_fmt', 's32']],
    ['float stereo', 'float.wav', ['-af', 'pan=stereo|c0=c0|c1=c0', '-c:a', 'pcm_f32le']],
    ['mp3', 'a.mp3', ['-b:a', '192k']],
  ])('%s: same level, right length, no 3 dB step', async (_label, name, args) => {
    const path = tone(name, ...args);
    const { samples, channels } = await decode({ input: { path } });
    expect(channels).toBe(1);
    expect((await decode({ input: { path }, atOnce: true })).samples).toEqual(samples);
    expect(Math.abs(samples.length - 3 * 22_050)).toBeLessThan(22_050 * 0.08);
    const middle = samples.slice(22_050, 44_100);
    // 5 %: lossy codecs may take a little; a wrong downmix would be 41 %.
    expect(Math.abs(rms(middle) / (LEVEL / Math.SQRT2) - 1)).toBeLessThan(0.05);
  });

  test('stereo mixes half and half; separate keeps the channels interleaved', async () => {
    const path = tone('left.wav', '-af', 'pan=stereo|c0=c0|c1=0*c0');
    expect(rms((await decode({ input: { path } })).samples.slice(22_050, 44_100))).toBeCloseTo(
      LEVEL / 2 / Math.SQRT2,
      3,
    );
    const { samples, channels } = await decode({ input: { path }, channels: 'separate' });
    expect(channels).toBe(2);
    expect(rms(samples.filter((_, index) => index % 2 === 1))).toBe(0);
    expect(rms(samples.filter((_, index) => index % 2 === 0))).toBeCloseTo(LEVEL / Math.SQRT2, 2);
  });

  test('frames in memory give what the file gives', async () => {
    const path = tone('frames.wav', '-c:a', 'pcm_f32le');
    const bytes = readFileSync(path);
    const data = bytes.subarray(bytes.indexOf('data') + 8);
    const samples = new Float32Array(new Uint8Array(data).buffer);
    const fromFrames = await decode({ input: { samples, sampleRate: 44_100, channels: 1 } });
    const fromFile = await decode({ input: { path } });
    expect(fromFrames.samples).toEqual(fromFile.samples);
  });

  test('from and to cut to the sample', async () => {
    const path = tone('cut.mp3');
    const all = (await decode({ input: { path } })).samples;
    const part = (await decode({ input: { path }, from: 1, to: 2 })).samples;
    expect(part.length).toBe(22_050);
    const shifted = all.slice(22_050 - 2, 22_050 + part.length + 2);
    const error = Math.min(
      ...[0, 1, 2, 3, 4].map((lag) =>
        Math.max(
          ...part.slice(100, 5000).map((sample, i) => Math.abs(sample - (shifted[i + 100 + lag] ?? 9))),
        ),
      ),
    );
    expect(error).toBeLessThan(0.02);
  });

  test('a truncated file gives what is there, junk says what ffmpeg said', async () => {
    const whole = readFileSync(tone('whole.mp3'));
    writeFileSync(join(folder, 'half.mp3'), whole.subarray(0, whole.length * 0.7));
    expect((await decode({ input: { path: join(folder, 'half.mp3') } })).samples.length).toBeGreaterThan(
      22_050,
    );
    writeFileSync(
      join(folder, 'junk.wav'),
      Buffer.concat([whole.subarray(0, 0), Buffer.from('RIFF\xff\xff\xff\xffWAVEjunk', 'latin1')]),
    );
    for (const atOnce of [false, true])
      await expect(decode({ input: { path: join(folder, 'junk.wav') }, atOnce })).rejects.toMatchObject({
        code: expect.stringMatching(/UNDECODABLE|NO_AUDIO/),
      });
  });

  test('what an early decoder gave before anybody read is not lost', async () => {
    const path = tone('short.wav', '-af', 'pan=stereo|c0=c0|c1=c0');
    const slow = join(folder, 'slow-look.sh');
    // Of the two, only the look prints ffmpeg's description.
    const script = `#!/bin/sh\ncase "$*" in *hide_banner*) sleep 1;; esac\nexec '${ffmpeg}' "$@"\n`;
    writeFileSync(slow, script, { mode: 0o755 });
    const part = { input: { path }, to: 0.5 };
    const { samples } = await decode({ ...part, ffmpeg: slow, atOnce: true });
    expect(samples).toEqual((await decode(part)).samples);
    expect(samples).toHaveLength(22_050 / 2);
  });

  test('a decoder that was started early ends with the look that fails', async () => {
    const path = join(folder, 'pipe.wav');
    execFileSync('mkfifo', [path]);
    // Nobody writes to the pipe: left alone, ffmpeg would wait for ever.
    await expect(decode({ input: { path }, atOnce: true })).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
    const isRead = () => {
      try {
        closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
        return true;
      } catch {
        return false; // ENXIO: nobody has it open, nor waits to
      }
    };
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // Asked once: a writer that comes and goes would itself end the wait.
    expect(isRead()).toBe(false);
  });

  test('too long and aborted end with their codes', async () => {
    const path = tone('long.wav');
    await expect(decode({ input: { path }, maxSeconds: 2 })).rejects.toMatchObject({
      code: 'AUDIO_TOO_LONG',
    });
    await expect(decode({ input: { path }, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
