import { z } from 'zod';
import { trackSchema } from '../tracks/track-schema.ts';

// Documents that the API answers, beside a search's answer. The page takes its types from here.

export const trackPageSchema = z.strictObject({
  tracks: z.array(trackSchema),
  nextCursor: z.string().nullable(),
});
export type TrackPage = z.infer<typeof trackPageSchema>;

const facet = z.array(z.strictObject({ value: z.string(), count: z.int() }));
const year = z.int().nullable();

export const facetsSchema = z.strictObject({
  artists: facet,
  genres: facet,
  tags: facet,
  years: z.strictObject({ from: year, to: year }),
});
export type Facets = z.infer<typeof facetsSchema>;

export const statsSchema = z.strictObject({
  /** Name of the catalogue. */
  catalogue: z.string(),
  tracks: z.int(),
  clips: z.int(),
  audioSeconds: z.number(),
  /** The embedding space that answers; null before the first ingest. */
  space: z.string().nullable(),
  model: z
    .strictObject({
      name: z.string(),
      trained: z.boolean(),
      /** Measured, by name of the figure; null: not measured. */
      quality: z.record(z.string(), z.number()).nullable(),
    })
    .nullable(),
});
export type Stats = z.infer<typeof statsSchema>;

export const mapSchema = z.strictObject({
  /** `computing`: the first map is being made, ask again; `empty`: there are no tracks. */
  state: z.enum(['ready', 'computing', 'empty']),
  points: z.array(
    z.strictObject({
      trackId: z.string(),
      /** -1..1. */
      x: z.number(),
      y: z.number(),
      title: z.string().nullable(),
      artist: z.string().nullable(),
      genre: z.string().nullable(),
    }),
  ),
});
export type CatalogueMap = z.infer<typeof mapSchema>;

export const waveformSchema = z.strictObject({
  durationSeconds: z.number(),
  /** The loudest sample of each stretch, 0..1: about ten a second, at most 2,000. */
  peaks: z.array(z.number()),
});
export type Waveform = z.infer<typeof waveformSchema>;
