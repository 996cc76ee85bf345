import { createProgress, type Progress } from '@soundalike/ingest/preview';
import type { Invocation } from '../../verb.ts';

/** Progress on stderr, drawn over where that is a terminal. */
export const progressOf = ({ output }: Invocation): Progress =>
  createProgress({
    isTerminal: output.isTerminal,
    write: (line) => output.note(line),
    draw: (text) => output.draw(text),
    columns: () => process.stderr.columns,
  });
