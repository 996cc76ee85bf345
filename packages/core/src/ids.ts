import { createHash } from 'node:crypto';

/** Length of the content prefix that clip ids and store rows carry: 8 base64url characters, 48 bits. */
export const CONTENT8_LENGTH = 8;

/** First 128 bits of a SHA-256, as 22 base64url characters. */
export const hash128 = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) {
    // The length goes in front, so that ('ab', 'c') and ('a', 'bc') differ.
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest().subarray(0, 16).toString('base64url');
};

/** Track id of an item: its own id within the catalogue where it has one, else its content id. */
export const trackIdOf = (track: {
  catalogue: string;
  externalId: string | null;
  contentId: string;
}): string =>
  track.externalId === null ? track.contentId : hash128('track', track.catalogue, track.externalId);

/** The revision mark on every stored row of a track. */
export const content8Of = (contentId: string): string => contentId.slice(0, CONTENT8_LENGTH);

/** Primary key of a clip row: `<track_id>-<content8>-<start_ms>`. Deterministic, so a repeated upsert changes nothing. */
export const clipIdOf = (clip: { trackId: string; content8: string; startMs: number }): string =>
  `${clip.trackId}-${clip.content8}-${clip.startMs}`;
