import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { contentIdOf, findFfmpeg, probeAudio, readTags } from './index.ts';

const folder = temporaryFolder('content');
let ffmpeg: string;
beforeAll(async () => {
  ffmpeg = await findFfmpeg();
});

const make = (name: string, ...args: string[]) => {
  const path = join(folder, name);
  execFileSync(ffmpeg, [
    '-v',
    'error',
    '-y',
    '-f',
    'lavfi',
    '-i',
    'sine=440:duration=3:sample_rate=44100',
    ...args,
    path,
  ]);
  return path;
};

describe('contentIdOf', () => {
  test.each(['mp3', 'flac', 'ogg', 'opus', 'm4a', 'wav', 'aiff', 'wma'])(
    'retagging and renaming a %s change nothing, re-encoding does',
    async (extension) => {
      const path = make(`a.${extension}`);
      const id = await contentIdOf({ path, ffmpeg });
      expect(id).toMatch(/^[\w-]{22}$/);
      const retagged = join(folder, `retagged.${extension}`);
      execFileSync(ffmpeg, [
        '-v',
        'error',
        '-y',
        '-i',
        path,
        '-c',
        'copy',
        '-metadata',
        'title=Other',
        '-metadata',
        'artist=Ärtist',
        retagged,
      ]);
      expect(await contentIdOf({ path: retagged, ffmpeg })).toBe(id);
      expect(await contentIdOf({ path: make(`louder.${extension}`, '-af', 'volume=0.5'), ffmpeg })).not.toBe(
        id,
      );
    },
  );

  test('a pipe nobody writes into is refused at once, not waited for', async () => {
    const path = join(folder, 'pipe.mp3');
    execFileSync('mkfifo', [path]);
    await expect(contentIdOf({ path, ffmpeg })).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    await expect(probeAudio({ path, ffmpeg })).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  test('names that look like protocols, options or patterns are only names', async () => {
    const path = make('plain.mp3');
    for (const name of ['http:x.mp3', '-y.mp3', 'a%03d.mp3', 'concat:a|b.mp3', 'lavfi.mp3']) {
      copyFileSync(path, join(folder, name));
      expect(await contentIdOf({ path: join(folder, name), ffmpeg })).toBe(
        await contentIdOf({ path, ffmpeg }),
      );
    }
  });

  test('bad files get the code that says what is wrong', async () => {
    const write = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    await expect(probeAudio({ path: write('empty.mp3', ''), ffmpeg })).rejects.toMatchObject({
      code: 'SOURCE_EMPTY',
    });
    await expect(probeAudio({ path: write('text.mp3', 'hello '.repeat(500)), ffmpeg })).rejects.toMatchObject(
      { code: 'AUDIO_UNDECODABLE' },
    );
    await expect(probeAudio({ path: join(folder, 'none.mp3'), ffmpeg })).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
    await expect(probeAudio({ path: folder, ffmpeg })).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('is a folder'),
    });
    // A playlist must not make ffmpeg read another file.
    const playlist = write('list.m3u8', `#EXTM3U\n#EXTINF:3,\n${make('secret.mp3')}\n`);
    await expect(contentIdOf({ path: playlist, ffmpeg })).rejects.toMatchObject({
      code: expect.stringMatching(/AUDIO_UNDECODABLE|NO_AUDIO_STREAM/),
    });
    const video = join(folder, 'video.mp4');
    execFileSync(ffmpeg, [
      '-v',
      'error',
      '-y',
      '-f',
      'lavfi',
      '-i',
      'testsrc=duration=1:size=64x64',
      '-an',
      video,
    ]);
    await expect(probeAudio({ path: video, ffmpeg })).rejects.toMatchObject({ code: 'NO_AUDIO_STREAM' });
  });
});

describe('probeAudio', () => {
  test.each([
    [1, 8000],
    [2, 44100],
    [6, 48000],
    [8, 48000],
  ])('%d channels at %d Hz', async (channels, rate) => {
    const path = make(`c${channels}.wav`, '-ac', `${channels}`, '-ar', `${rate}`);
    const probe = await probeAudio({ path, ffmpeg });
    expect(probe).toMatchObject({ channels, sampleRate: rate, codec: 'pcm_s16le' });
    expect(probe.durationSeconds).toBeCloseTo(3, 1);
  });
});

describe('readTags', () => {
  test('reads what is there and never throws', async () => {
    const path = make(
      'tagged.flac',
      '-metadata',
      'title=Ísfjörð',
      '-metadata',
      'artist=Å',
      '-metadata',
      'genre=jazz',
      '-metadata',
      'date=1999-05-01',
    );
    expect(await readTags(path)).toMatchObject({
      title: 'Ísfjörð',
      artist: 'Å',
      album: null,
      genre: 'jazz',
      year: 1999,
    });
    writeFileSync(join(folder, 'junk.mp3'), Buffer.alloc(5000, 0xff));
    expect(await readTags(join(folder, 'junk.mp3'))).toBeDefined();
  });
});
