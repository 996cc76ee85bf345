import { isAscii } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { analyse } from 'chardet';
import { decodeStream, encodingExists } from 'iconv-lite';

/** Text with letters outside ASCII that is looked at to tell an encoding, bytes. */
const SAMPLE_BYTES = 64 * 1024;

/** Byte order marks, longest first. */
const MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** A text file as a stream of text, whatever its encoding; a byte order mark is dropped. Left early, it closes the file. */
export const readText = async (path: string): Promise<Readable> => {
  const text = decodeStream(await detectEncoding(path));
  // What goes wrong destroys the text with that error, which its reader meets.
  pipeline(createReadStream(path), text, () => undefined);
  return text as unknown as Readable;
};

/**
 * The encoding of a text file: its byte order mark; UTF-8 where the whole file is valid UTF-8; else what chardet takes its lines with letters
 * outside ASCII for.
 */
export const detectEncoding = async (path: string): Promise<string> => {
  const strict = new TextDecoder('utf-8', { fatal: true });
  let isUtf8 = true;
  let isFirst = true;
  const sample: Buffer[] = [];
  let sampled = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    if (isFirst) {
      const mark = MARKS.find(([, bytes]) => bytes.every((byte, i) => chunk[i] === byte));
      if (mark) return mark[0];
      if (chunk.includes(0)) return wideEncoding(chunk) ?? detect(chunk);
    }
    isFirst = false;
    try {
      if (isUtf8) strict.decode(chunk, { stream: true });
    } catch {
      isUtf8 = false;
    }
    if (isAscii(chunk)) continue;
    for (const line of sampled < SAMPLE_BYTES ? linesOf(chunk) : []) {
      if (!line.some((byte) => byte > 0x7f)) continue;
      sample.push(line);
      sampled += line.length;
    }
    if (!isUtf8 && sampled >= SAMPLE_BYTES) break;
  }
  try {
    if (isUtf8) strict.decode();
  } catch {
    isUtf8 = false;
  }
  return isUtf8 ? 'utf-8' : detect(Buffer.concat(sample));
};

/** Share of the high bytes that are zero in UTF-16 of mostly Latin letters; of the low bytes hardly one is. */
const MOSTLY = 0.5;

/** UTF-16 without a mark, told by its zeros, which chardet does not look for. */
const wideEncoding = (chunk: Buffer): 'utf-16le' | 'utf-16be' | undefined => {
  const zeros = [0, 0];
  for (const [at, byte] of chunk.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros.map((count) => count / (chunk.length / 2));
  if (odd > MOSTLY && even < 1 - MOSTLY) return 'utf-16le';
  if (even > MOSTLY && odd < 1 - MOSTLY) return 'utf-16be';
  return undefined;
};

/** Pieces between line feeds; plain ones would only drown the others. */
function* linesOf(chunk: Buffer): Generator<Buffer> {
  for (let from = 0; from < chunk.length; ) {
    const at = chunk.indexOf(0x0a, from);
    const to = at < 0 ? chunk.length : at + 1;
    yield chunk.subarray(from, to);
    from = to;
  }
}

/** The likeliest encoding that can also be read. */
const detect = (bytes: Uint8Array): string =>
  analyse(bytes).find(({ name }) => encodingExists(name) && name !== 'UTF-8' && name !== 'ASCII')?.name ??
  'windows-1252';
