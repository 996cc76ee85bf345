import { createSignature, SIGNATURE_HOP, signatureFromBytes } from '@soundalike/embedder';
import type { QuerySignature } from './verify-signature.ts';

/** Copies of a query's signature, each shifted by this part of a hop: the query starts anywhere between two hops of the track. */
const SHIFTS = 4;

/** Hears a query's samples and gives its signature in all shifts. */
export const createQuerySignature = () => {
  const heard = Array.from({ length: SHIFTS }, (_, index) => ({
    signature: createSignature(),
    skip: (index * SIGNATURE_HOP) / SHIFTS,
  }));
  return {
    push: (chunk: Float32Array): void => {
      for (const one of heard) {
        one.signature.push(chunk.subarray(Math.min(one.skip, chunk.length)));
        one.skip = Math.max(0, one.skip - chunk.length);
      }
    },
    finish: (startMs: number): QuerySignature => ({
      startMs,
      bits: 'strong',
      shifted: heard.map(({ signature }, index) => ({
        ...signature.finish(),
        shiftSeconds: (index * SIGNATURE_HOP) / SHIFTS / 22_050,
      })),
    }),
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
