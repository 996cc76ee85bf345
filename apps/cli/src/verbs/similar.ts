import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { createSearch, formatAnswer, MAX_UPLOAD_NAME, type SearchRequest } from '@soundalike/query';
import { fileError, isLink } from '@soundalike/source';
import { parseFilter } from '../parse-filter.ts';
import { parseTime } from '../parse-time.ts';
import { searchDeps } from '../search-deps.ts';
import { defineVerb } from '../verb.ts';

export const similar = defineVerb({
  usage: '<file | url | track id>',
  takes: 1,
  options: {
    from: { type: 'string', value: 'time', help: 'only from here: 0:30' },
    to: { type: 'string', value: 'time', help: 'only up to here: 0:45' },
    filter: {
      type: 'string',
      multiple: true,
      value: 'field=value',
      help: 'artist=, album=, genre=, tag=calm, tag=+live, tag=-sad, year=1990..1999, duration=..240; repeatable',
    },
    limit: { type: 'string', value: 'n', help: 'answers at most (10)' },
    all: { type: 'boolean', help: 'also list candidates when nothing is close' },
  },
  examples: [
    'soundalike similar song.mp3',
    'soundalike similar song.mp3 --from 0:30 --to 0:45 --limit 5',
    'soundalike similar SL-0101A --filter genre=blues --json',
    'soundalike similar https://example.org/a.mp3 --filter year=1990..',
  ],
  run: async ({ positionals, options, context, output, signal }) => {
    const [sample] = positionals;
    if (sample === undefined)
      throw new SoundalikeError('INPUT_INVALID', 'similar needs a sample. See: soundalike similar --help');
    const deps = await searchDeps(context, { readOnly: true });
    const found = isLink(sample) ? undefined : await stat(sample).catch(() => undefined);
    if (found?.isDirectory())
      throw new SoundalikeError(
        'INPUT_INVALID',
        `${sample} is a folder: similar takes one audio file, link or track id`,
      );
    const isFile = found?.isFile() === true;
    // No track id has it: these are bytes of a file name that are not UTF-8.
    if (!found && !isLink(sample) && sample.includes('\uFFFD')) throw fileError(sample, { code: 'ENOENT' });
    if (!isFile && !isLink(sample) && !(await deps.catalogue.findTrack(sample))) {
      throw new SoundalikeError(
        'SOURCE_NOT_FOUND',
        `"${sample}" is neither a file, nor a link, nor the id of a track`,
      );
    }
    const time = (end: 'from' | 'to') =>
      typeof options[end] === 'string' ? { [end]: parseTime(options[end], `--${end}`) } : {};
    const name = basename(sample).slice(-MAX_UPLOAD_NAME); // by which errors speak of the file
    const seed = isLink(sample) ? { url: sample } : isFile ? { upload: name } : { trackId: sample };
    const request: SearchRequest = {
      seeds: [{ ...seed, ...time('from'), ...time('to') }],
      filter: parseFilter((options.filter ?? []) as string[]) as SearchRequest['filter'],
      limit: options.limit === undefined ? 10 : Number(options.limit),
      belowFloor: options.all === true,
    };
    const answer = await createSearch(deps)(request, { signal, uploads: new Map([[name, sample]]) });
    output.print(formatAnswer(answer));
    output.document(answer);
    return 0;
  },
});
