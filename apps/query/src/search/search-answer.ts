import { z } from 'zod';

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
  trackId: z.string(),
  externalId: z.string().nullable(),
  /** 0..1, calibrated for the model. */
  score: z.number(),
  verdict: verdictSchema,
  /** Cosine in the embedding space behind the score. */
  similarity: z.number(),
  title: z.string().nullable(),
  artist: z.string().nullable(),
  album: z.string().nullable(),
  genre: z.string().nullable(),
  tags: z.array(z.string()),
  year: z.number().nullable(),
  durationSeconds: z.number(),
  location: z.strictObject({ root: z.string().nullable(), path: z.string() }),
  matches: z.array(matchSchema),
});
export type SearchResult = z.infer<typeof resultSchema>;

/** What a search answers, on the command line and over HTTP alike. */
export const searchAnswerSchema = z.strictObject({
  verdict: verdictSchema,
  space: z.string(),
  model: z.strictObject({ name: z.string(), trained: z.boolean() }),
  results: z.array(resultSchema),
});
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;
