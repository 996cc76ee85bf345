import { z } from 'zod';

const seconds = z.number().min(0).max(86_400);
const texts = z.union([z.string().max(500), z.array(z.string().max(500)).max(100)]);
const tagList = z.array(z.string().max(500)).max(100);
const range = z.strictObject({ from: z.number().optional(), to: z.number().optional() });

/** Longest name of an uploaded part, characters. */
export const MAX_UPLOAD_NAME = 200;

/** A link that the server may be asked to fetch. */
export const linkSchema = z.url({ protocol: /^https?$/ }).max(2_000);

/** What to search from: exactly one of a link, a track of the catalogue (its id or own id) or an uploaded part, by name. */
const seedSchema = z
  .strictObject({
    url: linkSchema.optional(),
    trackId: z.string().min(1).max(200).optional(),
    upload: z.string().min(1).max(MAX_UPLOAD_NAME).optional(),
    /** Only this part of it, seconds. */
    from: seconds.optional(),
    to: seconds.optional(),
    /** Seeds are added by their weights; negative ones are subtracted: less like that. */
    weight: z.number().min(-10).max(10).default(1),
  })
  .refine(
    ({ url, trackId, upload }) => [url, trackId, upload].filter((given) => given !== undefined).length === 1,
    'needs exactly one of url, trackId and upload',
  )
  .refine(({ from, to }) => from === undefined || to === undefined || to > from, '"to" must be after "from"');

export const filterSchema = z.strictObject({
  artist: texts.optional(),
  album: texts.optional(),
  genre: texts.optional(),
  tags: z
    .strictObject({ any: tagList.optional(), all: tagList.optional(), none: tagList.optional() })
    .optional(),
  year: range.optional(),
  /** Seconds. */
  duration: range.optional(),
  trackIds: z.array(z.string().max(200)).max(1_000).optional(),
  excludeTrackIds: z.array(z.string().max(200)).max(1_000).optional(),
});

/** The one search request of the page, the API and the command line. */
export const searchRequestSchema = z.strictObject({
  seeds: z
    .array(seedSchema)
    .min(1)
    .max(16)
    .refine((seeds) => seeds.some(({ weight }) => weight > 0), 'at least one seed needs a positive weight'),
  filter: filterSchema.optional(),
  limit: z.int().min(1).max(100).default(10),
  /** Results of one artist at most. */
  artistCap: z.int().min(1).max(100).optional(),
  /** Leave out what is by the artist, or on the album, of a seed (of the catalogue's metadata or the file's tags). */
  excludeSeedArtist: z.boolean().default(false),
  excludeSeedAlbum: z.boolean().default(false),
  /** Other music that sounds alike, the very recording, or both, the recording first. */
  mode: z.enum(['sounds-like', 'same-recording', 'both']).default('both'),
  /** Say how each result came about. */
  explain: z.boolean().default(false),
  /** Also list the best candidates when nothing is close. */
  belowFloor: z.boolean().default(false),
});

export type SearchRequest = z.input<typeof searchRequestSchema>;
/** A request with its defaults filled in. */
export type ParsedSearchRequest = z.output<typeof searchRequestSchema>;
export type Seed = ParsedSearchRequest['seeds'][number];
