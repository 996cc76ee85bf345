import type { Precision, Provider } from '../embedder.ts';
import type { Manifest } from '../model/manifest.ts';

/** What the parent says to an embedding process. */
export type ToChild =
  | {
      readonly type: 'start';
      readonly model: { manifest: Manifest; folder: string };
      readonly provider: Provider;
      readonly precision: Precision;
      readonly nice: number;
    }
  | { readonly type: 'embed'; readonly id: number; readonly count: number; readonly windows: Float32Array };

/** What it answers. */
export type FromChild =
  | { readonly type: 'ready' }
  | {
      readonly type: 'failed';
      readonly code: 'MODEL_INVALID' | 'PROVIDER_UNAVAILABLE';
      readonly message: string;
    }
  | {
      readonly type: 'embedded';
      readonly id: number;
      readonly vectors: Float32Array;
      readonly rssBytes: number;
    }
  | { readonly type: 'refused'; readonly id: number; readonly message: string };
