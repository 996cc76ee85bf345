import { z } from 'zod';
import { YEAR } from './reading/manifest-columns.ts';

const text = z.string().max(2_000);

/** Metadata that a manifest, a posted item or an outside producer's job may carry; each says more than the file's own tags. */
export const metadataShape = {
  title: text.optional(),
  artist: text.optional(),
  album: text.optional(),
  genre: text.optional(),
  tags: z
    .union([z.array(z.string().max(200)).max(200), text])
    .optional()
    .describe('A list; as text, with ; or | between them'),
  year: z
    .union([z.int().min(0).max(9999), z.string().regex(YEAR)])
    .optional()
    .describe('Of a date the year counts; 0 says nothing'),
  isrc: text.optional().describe('Kept as an attribute'),
  rights: text.optional().describe('Kept as an attribute'),
};

/** One row of a manifest (a line of JSONL; the columns of CSV). Names of columns are read without regard to case. */
export const manifestRowSchema = z
  .looseObject({
    id: text
      .optional()
      .describe('Own id, unique within the catalogue; without one a track is known by its sound'),
    path: text
      .optional()
      .describe("Where the audio is: absolute, or from the manifest's folder; a link works, too"),
    file: text.optional().describe('The same as path'),
    url: text.optional().describe('http, https or s3 link'),
    ...metadataShape,
  })
  .meta({
    title: 'Soundalike manifest row',
    description:
      'One line of a JSONL manifest, or one row of a CSV one. One of path, file and url is needed. Every further column becomes an attribute of the track.',
  });

/** One item of `POST /v1/ingest`: as a manifest row, but nothing further beside `attributes`. */
export const postedItemSchema = z.strictObject({
  id: text.min(1).optional(),
  path: text.min(1).optional().describe('`root/path`, or absolute below a root that the server knows'),
  url: text.min(1).optional().describe('http, https or s3 link'),
  ...metadataShape,
  attributes: z.record(z.string().max(100), z.union([text, z.number(), z.boolean()])).optional(),
});
export type PostedItem = z.infer<typeof postedItemSchema>;

/** A job that outside producers may add to the queue; see docs/job-contract.md. */
export const outsideJobSchema = z.strictObject({
  v: z.literal(1),
  source: text
    .min(1)
    .describe('http, https or s3 link; `root/path`; or an absolute path below a root that workers know'),
  externalId: text.min(1).optional(),
  metadata: z
    .strictObject({
      ...metadataShape,
      attributes: z.record(z.string().max(100), z.union([text, z.number(), z.boolean()])).optional(),
    })
    .optional(),
});

/** The JSON Schema of a manifest row, as docs/manifest.schema.json. */
export const manifestJsonSchema = (): Record<string, unknown> =>
  z.toJSONSchema(manifestRowSchema, { io: 'input' }) as Record<string, unknown>;
