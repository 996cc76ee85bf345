import type { Stage } from './api.ts';

/** Stages in the order of the work, with words for people. */
export const STAGES: readonly { readonly name: Stage; readonly doing: string }[] = [
  { name: 'fetch', doing: 'fetching' },
  { name: 'decode', doing: 'decoding' },
  { name: 'embed', doing: 'embedding' },
  { name: 'store', doing: 'storing' },
];
