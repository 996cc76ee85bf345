import { TENSOR_SHAPES } from '../model/architecture.ts';
import type { EncoderWeights } from '../model/weights.ts';
import { invalidFile } from './foreign-file.ts';
import { isKind, type Pickled } from './pickle-values.ts';
import type { TorchFile } from './read-torch.ts';
import { nameOfValue } from './unpickle.ts';

/** Any tensor of the encoder tells where it is; this one is the first. */
const FIRST = 'sequential.0.0.weight';

/** How deep state dictionaries lie: `checkpoint['state_dict']`, `checkpoint['model']['state_dict']`. */
const MAX_DEPTH = 3;

/**
 * The encoder's tensors in a checkpoint: a plain state dictionary, one inside another (`state_dict`, `model`, …), with any prefix
 * before `sequential.` (`encoder.`, `model.encoder.`, `module.encoder.`, none). Shapes are checked before a number is read.
 *
 * @throws SoundalikeError `MODEL_INVALID` naming the tensor that is missing, of another shape, or made of what is not read here
 */
export const findEncoder = (file: TorchFile, name: string): EncoderWeights => {
  const candidates = dictionaries(file.value).flatMap((dictionary) =>
    [...dictionary.keys()]
      .filter((key): key is string => typeof key === 'string' && (key === FIRST || key.endsWith(`.${FIRST}`)))
      .map((key) => ({ dictionary, prefix: key.slice(0, -FIRST.length) })),
  );
  // A checkpoint may hold a second network (a momentum copy): the one that is called encoder is meant.
  const [found] = candidates.sort((a, b) => rank(a.prefix) - rank(b.prefix));
  if (!found)
    throw invalidFile(
      name,
      `it holds no SampleCNN encoder (no tensor "…${FIRST}")${whatIsThere(file.value)}`,
    );
  const weights = new Map<string, Float32Array>();
  for (const [tensor, shape] of TENSOR_SHAPES) {
    const key = found.prefix + tensor;
    const value = found.dictionary.get(key);
    if (value === undefined) throw invalidFile(name, `the tensor ${key} is missing`);
    if (!isKind(value, 'tensor'))
      throw invalidFile(
        name,
        `${key} is not a plain tensor: it depends on ${nameOfValue(value)}, which is not run here`,
      );
    if (value.shape.join() !== shape.join())
      throw invalidFile(
        name,
        `the tensor ${key} is ${value.shape.join('x') || 'a scalar'}, not ${shape.join('x')}`,
      );
    weights.set(tensor, file.floats(value));
  }
  return weights;
};

const rank = (prefix: string) => (/(^|\.)encoder\.$/.test(prefix) ? 0 : 1) * 1000 + prefix.length;

const dictionaries = (value: Pickled): Map<Pickled, Pickled>[] => {
  const found = new Set<Map<Pickled, Pickled>>();
  let level: Pickled[] = [value];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const maps = level.filter((entry): entry is Map<Pickled, Pickled> => entry instanceof Map);
    const fresh = [...new Set(maps)].filter((map) => !found.has(map));
    for (const map of fresh) found.add(map);
    level = fresh.flatMap((map) => [...map.values()]);
  }
  return [...found];
};

const whatIsThere = (value: Pickled): string => {
  if (!(value instanceof Map)) return `; it is ${nameOfValue(value)}, not a dictionary`;
  const keys = [...value.keys()].filter((key) => typeof key === 'string').slice(0, 5);
  return keys.length > 0 ? `; it begins with ${keys.join(', ')}` : '';
};
