import type { Precision, Provider } from '../embedder.ts';
import type { Manifest } from '../model/manifest.ts';

/** The precision that `auto` means: int8 on a CPU where the model has it; GPUs are quick enough in fp32. */
export const choosePrecision = (
  asked: Precision | 'auto',
  provider: Provider,
  { variants }: Pick<Manifest, 'variants'>,
): Precision => {
  if (asked !== 'auto') return asked;
  return provider === 'cpu' && variants?.int8 ? 'int8' : 'fp32';
};
