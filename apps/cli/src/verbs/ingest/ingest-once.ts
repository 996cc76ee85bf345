import { formatReport, runIngest, watchFolder } from '@soundalike/ingest';
import { noteUntrained } from '../../note-untrained.ts';
import { openWork } from '../../open-work.ts';
import type { Invocation } from '../../verb.ts';
import { progressOf } from './progress-of.ts';
import { readSource } from './read-source.ts';

/** One run over the source, to its end. */
export const ingestOnce = async (argument: string, invocation: Invocation): Promise<number> => {
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
    const selections = Array.isArray(options.select) ? options.select.map(String) : [];
    output.print(formatReport(report, selections));
    if (options.watch !== true) output.document(report);
    if (signal.aborted) return 130;
    return report.failed > 0 ? 3 : 0;
  } finally {
    progress.stop();
    await release();
  }
};

/** Follows a folder until stopped. */
export const watch = async (folder: string, invocation: Invocation): Promise<number> => {
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
