import { z } from 'zod';
import { trackFields } from '../tracks/track-schema.ts';

export const verdictSchema = z.enum(['same-recording', 'sounds-like', 'nothing-close']);
export type Verdict = z.infer<typeof verdictSchema>;

/** A passage of the query and the passage of the track that matches it; seconds. */
export const matchSchema = z.strictObject({
  queryFrom: z.number(),
  queryTo: z.number(),
  trackFrom: z.number(),
  trackTo: z.number(),
  /** 0..1, on the calibrated scale. */
  score: z.number(),
});
export type Match = z.infer<typeof matchSchema>;

export const resultSchema = z.strictObject({
  ...trackFields,
  /** 0..1, calibrated for the model. */
  score: z.number(),
  verdict: verdictSchema,
  /** Cosine in the embedding space behind the score. */
  similarity: z.number(),
  matches: z.array(matchSchema),
  /** How alike each window of the query is to the best of the track, -1..1, evenly spread over the query. */
  strip: z.array(z.number()).optional(),
  /** With `explain`: what each seed said, in the request's order. */
  explain: z
    .array(
      z.strictObject({
        weight: z.number(),
        /** Cosine of the seed and the track. */
        similarity: z.number(),
        /** The offset at which clips agree best: track time = query time + offset; null where nothing overlaps. */
        alignment: z
          .strictObject({ offsetSeconds: z.number(), similarity: z.number(), clips: z.int() })
          .nullable(),
      }),
    )
    .optional(),
});
export type SearchResult = z.infer<typeof resultSchema>;

/** What a search answers, on the command line and over HTTP alike. */
export const searchAnswerSchema = z.strictObject({
  verdict: verdictSchema,
  /** Why there are no results, where it is not that nothing is close. */
  reason: z.enum(['no-track-passes']).optional(),
  space: z.string(),
  model: z.strictObject({ name: z.string(), trained: z.boolean() }),
  /** The seeds as they were heard, in the request's order; `peaks` 0..1, empty for tracks of the catalogue. */
  query: z
    .array(
      z.strictObject({
        /** Where the passage that was heard starts in the seed, and how long it is; seconds. */
        from: z.number(),
        durationSeconds: z.number(),
        peaks: z.array(z.number()),
      }),
    )
    .optional(),
  /** With `explain`: how the answer came about. */
  explain: z
    .strictObject({
      /** Tracks in the index, and those looked at window by window. */
      tracks: z.int(),
      candidates: z.int(),
      /** Similarity below which nothing is close in an index of this size. */
      floor: z.number(),
      /** Cosine that an aligned run needs to be the same recording where there is no signature. */
      sameRecording: z.number(),
      /**
       * Share of differing signature bits up to which two signals are the same recording: of an excerpt's strong bits, of all bits of a track. One that
       * is larger by `margin` than another recording's in the same passage is that one's relative.
       */
      maxErrorRate: z.strictObject({ strong: z.number(), all: z.number(), margin: z.number() }),
      /** Milliseconds by stage. */
      timings: z.record(z.string(), z.number()),
    })
    .optional(),
  results: z.array(resultSchema),
});
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;
