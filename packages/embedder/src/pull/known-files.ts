import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readZip } from '../convert/read-zip.ts';

/** Files of the CLMR project seen elsewhere, by the SHA-1 that git gives their content. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['9984d8b1d8967449fd7e9854601478512bb499ec', 'the published checkpoint (clmr_checkpoint_10000.pt)'],
  ['e4083c113f1858beef87cf8b4459211091530b64', 'the published ONNX model (clmr_sample-cnn.onnx)'],
]);

export interface FileIdentity {
  readonly sha256: string;
  /** What it is, where its bytes, or those of a file inside it, have been seen before. */
  readonly known: string | undefined;
}

/** Hashes a file and says whether it is one that is known; a zip's entries are looked at, too. */
export const identifyFile = async (path: string): Promise<FileIdentity> => {
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, known: KNOWN.get(gitBlobSha1(bytes)) ?? knownInside(bytes, path) };
};

const knownInside = (bytes: Buffer, path: string): string | undefined => {
  if (bytes.toString('latin1', 0, 2) !== 'PK') return undefined;
  for (const entry of readZip(bytes, path)) {
    if (!/\.(pt|pth|ckpt|onnx)$/i.test(entry.name)) continue;
    const known = KNOWN.get(gitBlobSha1(entry.read()));
    if (known) return known;
  }
  return undefined;
};

/** git's name for a content: SHA-1 over `blob <length>` and a zero byte, then the content. */
export const gitBlobSha1 = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
