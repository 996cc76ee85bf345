import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import {
  compareSource,
  createProgress,
  formatDifference,
  formatReport,
  openSource,
  parseSelection,
  runIngest,
  type Source,
  selectEntries,
  watchFolder,
} from '@soundalike/ingest';
import { s3Of } from '../ingest-deps.ts';
import { noteUntrained } from '../note-untrained.ts';
import { openWork, VOLATILE_QUEUE } from '../open-work.ts';
import { defineVerb, type Invocation } from '../verb.ts';

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
    if (options.watch !== true) return ingestOnce(argument, invocation);
    const folder = resolve(argument);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new SoundalikeError('INPUT_INVALID', `--watch follows a folder; ${argument} is none`);
    return watch(folder, invocation);
  },
});

/** The source, narrowed by `--select`; opened before anything heavy, so that a mistyped path costs nothing. */
const readSource = async (argument: string, { options, context }: Invocation): Promise<Source> => {
  const { config } = context;
  const selections = Array.isArray(options.select) ? options.select.map(String).map(parseSelection) : [];
  const catalogue = await context.catalogue();
  const source = await openSource({
    argument,
    workingDirectory: process.cwd(),
    catalogue,
    roots: config.roots,
    s3: s3Of(config),
  });
  const space = (await catalogue.liveSpace())?.name ?? '';
  return selectEntries(source, selections, { catalogue, catalogueName: config.catalogue, space });
};

const showDifference = async (argument: string, invocation: Invocation): Promise<number> => {
  const { options, context, output, signal } = invocation;
  const source = await readSource(argument, invocation);
  const catalogue = await context.catalogue();
  const progress = progressOf(invocation);
  const difference = await compareSource({
    source,
    catalogue,
    catalogueName: context.config.catalogue,
    space: (await catalogue.liveSpace())?.name ?? '',
    force: options.force === true,
    onFound: progress.found,
    signal,
  });
  progress.stop();
  output.print(formatDifference(difference));
  output.document(difference);
  return signal.aborted ? 130 : 0;
};

const ingestOnce = async (argument: string, invocation: Invocation): Promise<number> => {
  const { options, context, output, signal } = invocation;
  const source = await readSource(argument, invocation);
  const { deps, queue, concurrency, release } = await openWork(context, {
    allowVolatileQueue: options['allow-volatile-queue'] === true,
    output,
    signal,
  });
  noteUntrained(deps.embedder.model, output);
  const progress = progressOf(invocation);
  try {
    const report = await runIngest({
      source,
      deps,
      concurrency,
      signal,
      queue,
      catalogueName: context.config.catalogue,
      force: options.force === true,
      prune: options.prune === true,
      allowLoss: options['allow-loss'] === true,
      onFound: progress.found,
      onProgress: progress.update,
    });
    progress.stop();
    output.print(formatReport(report));
    if (options.watch !== true) output.document(report);
    if (signal.aborted) return 130;
    return report.failed > 0 ? 3 : 0;
  } finally {
    progress.stop();
    await release();
  }
};

const watch = async (folder: string, invocation: Invocation): Promise<number> => {
  const { context, output, signal } = invocation;
  await ingestOnce(folder, invocation);
  await watchFolder({
    folder,
    compareEveryMs: context.config.watchCompareMinutes * 60_000,
    signal,
    ingest: async (part) => {
      // The watch goes on whatever one pass meets: a folder that is away for a moment, a server that is.
      await ingestOnce(part, invocation).catch((error) =>
        context.logger.error({ err: error }, 'a pass failed'),
      );
    },
    onReady: () => output.note(`Watching ${folder}. Ctrl-C stops.`),
  });
  return 130;
};

const progressOf = ({ output }: Invocation) =>
  createProgress({
    isTerminal: output.isTerminal,
    write: (line) => output.note(line),
    draw: (text) => output.draw(text),
    columns: () => process.stderr.columns,
  });
