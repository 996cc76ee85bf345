import { type CatchUp, catchUp, createProgress, type OpenSpace, workOffRun } from '@soundalike/ingest';
import { openWork } from '../../open-work.ts';
import type { Invocation } from '../../verb.ts';

export interface Filled extends CatchUp {
  readonly indexed: number;
  readonly failed: number;
  /** Items that have not ended: stopped, or left to workers elsewhere. */
  readonly pending: number;
}

/** Brings into a space what the live one has, and with `work` works it off here as well as wherever workers listen. */
export const fill = async (
  { context, options, output, signal }: Invocation,
  { from, to, work }: { from: OpenSpace; to: OpenSpace; work: boolean },
): Promise<Filled> => {
  const [catalogue, queue] = await Promise.all([context.catalogue(), context.queue()]);
  const progress = createProgress({
    isTerminal: output.isTerminal,
    write: (line) => output.note(line),
    draw: (text) => output.draw(text),
    columns: () => process.stderr.columns,
  });
  try {
    const caught = await catchUp({
      catalogue,
      queue,
      catalogueName: context.config.catalogue,
      from,
      to,
      onProgress: progress.found,
      signal,
    });
    const { run } = caught;
    let [indexed, failed, pending] = [0, 0, caught.queued];
    if (work && run !== undefined && caught.queued > 0) {
      const { release, ...opened } = await openWork(context, {
        allowVolatileQueue: options['allow-volatile-queue'] === true,
        output,
        signal,
      });
      const { counts, failure } = await workOffRun({
        ...opened,
        runId: run,
        onProgress: progress.update,
        signal,
      }).finally(release);
      pending = counts.queued + counts.active;
      await catalogue.setRunState(run, pending === 0 ? 'done' : 'interrupted');
      if (failure) throw failure;
      ({ indexed, failed } = counts.outcomes);
    }
    if (caught.moved + indexed > 0) await to.store.optimize({ signal });
    return { ...caught, indexed, failed, pending };
  } finally {
    progress.stop();
  }
};
