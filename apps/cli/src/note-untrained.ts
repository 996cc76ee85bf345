import type { ModelInfo } from '@soundalike/embedder';
import type { Output } from './output.ts';

/** Says on stderr that a model knows nothing of music yet. */
export const noteUntrained = (
  { name, trained }: Pick<ModelInfo, 'name' | 'trained'>,
  output: Output,
): void => {
  if (!trained)
    output.note(
      `Model "${name}" is untrained: it finds the same recording, but knows little about what sounds alike.`,
    );
};
