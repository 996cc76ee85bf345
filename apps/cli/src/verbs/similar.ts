import { SoundalikeError } from '@soundalike/core';
import {
  createSearch,
  EXPORT_FORMATS,
  type ExportFormat,
  exportedResults,
  formatAnswer,
  formatExport,
  type SearchRequest,
} from '@soundalike/query';
import { parseFilter } from '../parse-filter.ts';
import { parseTime } from '../parse-time.ts';
import { readNumber } from '../read-number.ts';
import { readSeeds } from '../read-seeds.ts';
import { searchDeps } from '../search-deps.ts';
import { defineVerb, type OptionValue } from '../verb.ts';

type Options = Readonly<Record<string, OptionValue>>;

export const similar = defineVerb({
  usage: '<file | url | track id>',
  takes: 1,
  options: {
    from: { type: 'string', value: 'time', help: 'of the sample only from here: 0:30' },
    to: { type: 'string', value: 'time', help: 'of the sample only up to here: 0:45' },
    'more-like': {
      type: 'string',
      multiple: true,
      value: 'file|url|id',
      help: 'and like this, too; repeatable',
    },
    'less-like': {
      type: 'string',
      multiple: true,
      value: 'file|url|id',
      help: 'but less like this; repeatable',
    },
    filter: {
      type: 'string',
      multiple: true,
      value: 'field=value',
      help: 'artist=, album=, genre=, tag=calm, tag=+live, tag=-sad, year=1990..1999, duration=..240; repeatable',
    },
    limit: { type: 'string', value: 'n', help: 'answers at most (10)' },
    mode: {
      type: 'string',
      value: 'mode',
      help: 'sounds-like: other music; same-recording: the very recording; both (the default)',
    },
    'artist-cap': { type: 'string', value: 'n', help: 'answers of one artist at most' },
    'exclude-artist': { type: 'boolean', help: "leave out the sample's artist" },
    'exclude-album': { type: 'boolean', help: "leave out the sample's album" },
    all: { type: 'boolean', help: 'also list candidates when nothing is close' },
    explain: { type: 'boolean', help: 'how the answer came about, and the time of each stage' },
    format: {
      type: 'string',
      value: EXPORT_FORMATS.join('|'),
      help: 'a list with real paths, as a playlist or table',
    },
  },
  examples: [
    'soundalike similar song.mp3',
    'soundalike similar song.mp3 --from 0:30 --to 0:45 --limit 5',
    'soundalike similar SL-0101A --filter genre=blues --json',
    'soundalike similar SL-0101A --more-like SL-0302A --less-like song.mp3 --artist-cap 2',
    'soundalike similar song.mp3 --mode sounds-like --exclude-artist --format m3u8 > alike.m3u8',
    'soundalike similar https://example.org/a.mp3 --filter year=1990..',
  ],
  run: async ({ positionals, options, context, output, signal }) => {
    const [sample] = positionals;
    if (sample === undefined)
      throw new SoundalikeError('INPUT_INVALID', 'similar needs a sample. See: soundalike similar --help');
    const format = formatOf(options);
    const settings = settingsOf(options);
    const deps = await searchDeps(context, { readOnly: true });
    const { seeds, uploads } = await readSeeds(
      [
        { place: sample, weight: 1 },
        ...listOf(options['more-like']).map((place) => ({ place, weight: 1 })),
        ...listOf(options['less-like']).map((place) => ({ place, weight: -1 })),
      ],
      deps.catalogue,
    );
    const [first, ...others] = seeds;
    const request: SearchRequest = {
      ...settings,
      seeds: [{ ...first, ...timeOf(options, 'from'), ...timeOf(options, 'to') }, ...others],
    };
    const answer = await createSearch(deps)(request, { signal, uploads });
    if (format === undefined) {
      output.print(formatAnswer(answer));
      output.document(answer);
      return 0;
    }
    const { readRoots } = await import('@soundalike/ingest/preview');
    const tracks = exportedResults(answer.results, await readRoots(deps.catalogue, context.config.roots));
    // An empty list does not say why it is, and no format has room for an explanation.
    if (tracks.length === 0 || options.explain === true) output.note(formatAnswer(answer));
    output.data(formatExport(tracks, format).trimEnd());
    return 0;
  },
});

/** What is counted in whole answers. */
const COUNT = { from: 1, whole: true };

/** All of a request but its seeds. */
const settingsOf = (options: Options): Omit<SearchRequest, 'seeds'> => ({
  filter: parseFilter(listOf(options.filter)) as SearchRequest['filter'],
  limit: readNumber('limit', options.limit, COUNT) ?? 10,
  ...(options.mode === undefined ? {} : { mode: options.mode as SearchRequest['mode'] }),
  ...withCap(readNumber('artist-cap', options['artist-cap'], COUNT)),
  excludeSeedArtist: options['exclude-artist'] === true,
  excludeSeedAlbum: options['exclude-album'] === true,
  explain: options.explain === true,
  belowFloor: options.all === true,
});

const withCap = (artistCap: number | undefined) => (artistCap === undefined ? {} : { artistCap });

const listOf = (value: OptionValue): string[] => (Array.isArray(value) ? value.map(String) : []);

const timeOf = (options: Options, end: 'from' | 'to') =>
  typeof options[end] === 'string' ? { [end]: parseTime(options[end], `--${end}`) } : {};

const formatOf = ({ format }: Options): ExportFormat | undefined => {
  if (format === undefined) return undefined;
  const known = EXPORT_FORMATS.find((name) => name === format);
  if (known === undefined)
    throw new SoundalikeError(
      'INPUT_INVALID',
      `--format must be ${EXPORT_FORMATS.join(', ')}, got "${format}"`,
    );
  return known;
};
