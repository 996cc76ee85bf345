import { setImmediate } from 'node:timers/promises';
import { createSignature, SIGNATURE_HOP, signatureFromBytes } from '@soundalike/embedder';
import type { QuerySignature } from './verify-signature.ts';

/** Copies of a query's signature, each shifted by this part of a hop: the query starts anywhere between two hops of the track. */
const SHIFTS = 4;

/** Samples taken in one go, some 5 ms of work: the event loop is free between. */
const PIECE = 16_384;

/**
 * A query's samples (mono, 22,050 Hz) as a signature in all shifts: 5 to 10 ms of work for each second, which for
 * short queries the embedding in other processes hides.
 *
 * @param startMs where the samples start in the file
 */
export const querySignature = async (
  samples: Float32Array,
  startMs: number,
  signal?: AbortSignal,
): Promise<QuerySignature> => {
  const heard = Array.from({ length: SHIFTS }, (_, index) => ({
    signature: createSignature(),
    skip: (index * SIGNATURE_HOP) / SHIFTS,
  }));
  for (let at = 0; at < samples.length; at += PIECE) {
    signal?.throwIfAborted();
    for (const { signature, skip } of heard) signature.push(samples.subarray(Math.max(at, skip), at + PIECE));
    await setImmediate();
  }
  return {
    startMs,
    bits: 'strong',
    shifted: heard.map(({ signature, skip }) => ({
      ...signature.finish(),
      shiftSeconds: skip / 22_050,
    })),
  };
};

/** The stored signature of a track as a query: which bits were strong is not known, so all count. */
export const storedSignature = (
  bytes: Uint8Array,
  range: { fromMs: number; toMs: number },
): QuerySignature => {
  const perMs = 22_050 / SIGNATURE_HOP / 1000;
  const first = Math.max(0, Math.floor(range.fromMs * perMs));
  const words = signatureFromBytes(bytes).subarray(first, Math.ceil(range.toMs * perMs));
  return {
    startMs: first / perMs,
    bits: 'all',
    shifted: [{ words, strong: new Uint32Array(words.length).fill(0xff_ff_ff), shiftSeconds: 0 }],
  };
};
