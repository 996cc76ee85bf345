import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { defineVerb } from '../verb.ts';
import { VOLATILE_QUEUE } from '../volatile-queue.ts';
import { showDifference } from './ingest/show-difference.ts';

export const ingest = defineVerb({
  usage:
    '<folder | file | manifest.csv | manifest.jsonl | list.txt | playlist.m3u8 | https://… | s3://bucket/prefix>',
  takes: 1,
  options: {
    'dry-run': {
      type: 'boolean',
      help: 'only say what is new, changed, moved, gone, or edited; queue nothing',
    },
    select: {
      type: 'string',
      multiple: true,
      value: 'field=value',
      help: 'only a part: artist=, album=, genre=, title=, id=, path=; several must all hold',
    },
    prune: {
      type: 'boolean',
      help: 'remove from the index what is gone; refused where more than half is',
    },
    'allow-loss': { type: 'boolean', help: 'prune even where more than half is gone' },
    watch: { type: 'boolean', help: 'go on: follow the folder until stopped' },
    force: { type: 'boolean', help: 'work on everything again, also what has not changed' },
    ...VOLATILE_QUEUE,
  },
  examples: [
    'soundalike ingest ~/Music',
    'soundalike ingest label-export.csv --dry-run',
    'soundalike ingest ~/Music --select "artist=Ann Example" --force',
    'soundalike ingest s3://bucket/masters/ --prune',
    'soundalike ingest ~/Music --watch',
    'soundalike ingest https://example.org/song.mp3 --json',
  ],
  run: async (invocation) => {
    const { positionals, options } = invocation;
    const [argument] = positionals;
    if (argument === undefined)
      throw new SoundalikeError('INPUT_INVALID', 'ingest needs a source. See: soundalike ingest --help');
    if (options['dry-run'] === true) return showDifference(argument, invocation);
    // What embeds and stores is loaded for a run alone: a dry run answers sooner.
    const { ingestOnce, watch } = await import('./ingest/ingest-once.ts');
    if (options.watch !== true) return ingestOnce(argument, invocation);
    const folder = resolve(argument);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new SoundalikeError('INPUT_INVALID', `--watch follows a folder; ${argument} is none`);
    return watch(folder, invocation);
  },
});
