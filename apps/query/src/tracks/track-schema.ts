import { z } from 'zod';

/** What every answer says of a track; null means not known. */
export const trackFields = {
  trackId: z.string(),
  externalId: z.string().nullable(),
  title: z.string().nullable(),
  artist: z.string().nullable(),
  album: z.string().nullable(),
  genre: z.string().nullable(),
  tags: z.array(z.string()),
  year: z.number().nullable(),
  durationSeconds: z.number(),
  /** Root name and path within it, or a link where `root` is null. */
  location: z.strictObject({ root: z.string().nullable(), path: z.string() }),
};

export const trackSchema = z.strictObject({
  ...trackFields,
  /** Further columns of the manifest. */
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type TrackDocument = z.infer<typeof trackSchema>;
