import { inflateRawSync } from 'node:zlib';
import { invalidFile, MAX_BYTES } from './foreign-file.ts';

export interface ZipEntry {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  read(): Uint8Array;
}

/** Entries in one archive at most; checkpoints have a few hundred. */
const MAX_ENTRIES = 100_000;

const END_SIGNATURE = 0x06054b50;
const END64_LOCATOR_SIGNATURE = 0x07064b50;
const END64_SIGNATURE = 0x06064b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const IN_EXTRA_FIELD = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;

/**
 * The files in a zip archive, read where they are asked for: stored or deflated, zip64 (which PyTorch writes).
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 *
 * @throws SoundalikeError `MODEL_INVALID` where the archive is cut short or claims what it does not hold
 */
export const readZip = (bytes: Buffer, name: string): ZipEntry[] => {
  try {
    return listEntries(bytes, name);
  } catch (cause) {
    if ((cause as Error).name === 'RangeError')
      throw invalidFile(name, 'the zip archive is cut short or damaged', cause);
    throw cause;
  }
};

const listEntries = (bytes: Buffer, name: string): ZipEntry[] => {
  let { at, count } = directoryOf(bytes, name);
  if (count > MAX_ENTRIES) throw invalidFile(name, `the zip archive claims ${count} files`);
  const entries: ZipEntry[] = [];
  for (; count > 0; count--) {
    if (bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) throw invalidFile(name, 'the zip directory is damaged');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      bytes.readUInt16LE(at + offset),
    ) as [number, number, number];
    const entryName = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const sizes = sizesOf(bytes, at, at + 46 + nameLength, extraLength);
    const method = bytes.readUInt16LE(at + 10);
    const isEncrypted = (bytes.readUInt16LE(at + 8) & 1) === 1;
    entries.push({
      name: entryName,
      size: sizes.size,
      read: () => {
        if (isEncrypted) throw invalidFile(name, `${entryName} in it is encrypted`);
        return unpack(bytes, `${name} (${entryName})`, method, sizes);
      },
    });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
};

/** Where the directory of files starts and how many it lists. */
const directoryOf = (bytes: Buffer, name: string): { at: number; count: number } => {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || bytes.readUInt32LE(end) !== END_SIGNATURE)
    throw invalidFile(name, 'the zip archive is cut short (it has no directory)');
  const locator = end - 20;
  if (locator >= 0 && bytes.readUInt32LE(locator) === END64_LOCATOR_SIGNATURE) {
    const record = Number(bytes.readBigUInt64LE(locator + 8));
    if (bytes.readUInt32LE(record) === END64_SIGNATURE)
      return {
        at: Number(bytes.readBigUInt64LE(record + 48)),
        count: Number(bytes.readBigUInt64LE(record + 32)),
      };
  }
  return { at: bytes.readUInt32LE(end + 16), count: bytes.readUInt16LE(end + 10) };
};

interface Sizes {
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** Sizes and place of an entry; what does not fit into 32 bits is in the zip64 extra field, in this order. */
const sizesOf = (bytes: Buffer, entry: number, extra: number, extraLength: number): Sizes => {
  const found = [24, 20, 42].map((offset) => bytes.readUInt32LE(entry + offset));
  for (let at = extra; at + 4 <= extra + extraLength; at += 4 + bytes.readUInt16LE(at + 2)) {
    if (bytes.readUInt16LE(at) !== 1) continue;
    let field = at + 4;
    found.forEach((value, index) => {
      if (value !== IN_EXTRA_FIELD) return;
      found[index] = Number(bytes.readBigUInt64LE(field));
      field += 8;
    });
  }
  const [size = 0, packed = 0, offset = 0] = found;
  return { size, packed, offset };
};

const unpack = (bytes: Buffer, name: string, method: number, { packed, size, offset }: Sizes): Uint8Array => {
  if (size > MAX_BYTES) throw invalidFile(name, `it claims ${size} bytes, more than ${MAX_BYTES}`);
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL_SIGNATURE)
    throw invalidFile(name, 'the zip archive is cut short or damaged');
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  if (start + packed > bytes.length) throw invalidFile(name, 'the zip archive is cut short');
  const data = bytes.subarray(start, start + packed);
  if (method === STORED && packed === size) return data;
  if (method !== DEFLATED)
    throw invalidFile(name, `it is packed by method ${method}, which is not read here`);
  try {
    const unpacked = inflateRawSync(data, { maxOutputLength: Math.max(size, 1) });
    if (unpacked.length === size) return unpacked;
  } catch (cause) {
    throw invalidFile(name, 'its packed data is damaged', cause);
  }
  throw invalidFile(name, 'its packed data is not as long as it claims');
};
