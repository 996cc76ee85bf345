import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const RATE = 22_050;

/**
 * Audio files of a folder: those that lie in it, or, where `training.prepare` wrote it (audio.i16 and tracks.jsonl), its tracks as WAV
 * files in `target`.
 *
 * @returns paths, at most `limit`
 */
export const writeRenders = async (folder, target, limit) => {
  const rows = await readFile(join(folder, 'tracks.jsonl'), 'utf8').catch(() => undefined);
  if (rows === undefined) {
    const names = (await readdir(folder, { recursive: true })).sort();
    return names
      .filter((name) => /\.(wav|flac|ogg|opus|mp3|m4a)$/i.test(name))
      .slice(0, limit)
      .map((name) => join(folder, name));
  }
  const audio = await open(join(folder, 'audio.i16'));
  const paths = [];
  for (const line of rows.trim().split('\n').slice(0, limit)) {
    const { offset, samples } = JSON.parse(line);
    const pcm = Buffer.alloc(samples * 2);
    await audio.read(pcm, 0, pcm.length, offset * 2);
    const path = join(target, `${basename(folder)}-${paths.length}.wav`);
    await writeFile(path, Buffer.concat([waveHeader(pcm.length), pcm]));
    paths.push(path);
  }
  await audio.close();
  return paths;
};

/** RIFF header of mono 16-bit PCM. */
const waveHeader = (bytes) => {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(bytes, 40);
  return header;
};
