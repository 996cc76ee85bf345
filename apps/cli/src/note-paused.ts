import type { JobQueue } from '@soundalike/queue';
import type { Output } from './output.ts';

/** Says on stderr that nothing will be taken until somebody resumes the queue. */
export const notePaused = async (queue: JobQueue, output: Output): Promise<void> => {
  const { paused } = await queue.counts();
  if (paused) output.note('The queue is paused: nothing is worked on until `soundalike queue resume`.');
};
