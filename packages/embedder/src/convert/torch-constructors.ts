import { isKind, type Pickled, placeholder, type StorageReference } from './pickle-values.ts';

/** Bytes of one number in each class of storage. */
export const STORAGE_BYTES: Readonly<Record<string, number>> = {
  'torch.FloatStorage': 4,
  'torch.HalfStorage': 2,
  'torch.BFloat16Storage': 2,
  'torch.DoubleStorage': 8,
  'torch.LongStorage': 8,
  'torch.IntStorage': 4,
  'torch.ShortStorage': 2,
  'torch.CharStorage': 1,
  'torch.ByteStorage': 1,
  'torch.BoolStorage': 1,
};

/** All that a checkpoint may call here, and what it makes: plain data, no code of the file's. */
const CONSTRUCTORS: Readonly<Record<string, (parameters: readonly Pickled[]) => Pickled>> = {
  'collections.OrderedDict': ([pairs]) => {
    const dictionary = new Map<Pickled, Pickled>();
    if (Array.isArray(pairs))
      for (const pair of pairs) if (Array.isArray(pair)) dictionary.set(pair[0] ?? null, pair[1] ?? null);
    return dictionary;
  },
  'torch._utils._rebuild_tensor': (parameters) => tensor(parameters),
  'torch._utils._rebuild_tensor_v2': (parameters) => tensor(parameters),
  'torch._utils._rebuild_parameter': ([data = null]) => data,
  'torch._utils._rebuild_parameter_with_state': ([data = null]) => data,
  'torch._tensor._rebuild_from_type_v2': ([inner, , parameters]) =>
    isKind(inner, 'global') && inner.name.includes('_rebuild_tensor') && Array.isArray(parameters)
      ? tensor(parameters)
      : placeholder('torch._tensor._rebuild_from_type_v2'),
};

export const isAllowed = (name: string): boolean =>
  Object.hasOwn(CONSTRUCTORS, name) || Object.hasOwn(STORAGE_BYTES, name);

/** "Calls" an allowed constructor; whatever else is called gives a placeholder. */
export const construct = (callee: Pickled | undefined, parameters: Pickled | undefined): Pickled => {
  if (isKind(callee, 'global')) {
    const make = Object.hasOwn(CONSTRUCTORS, callee.name) ? CONSTRUCTORS[callee.name] : undefined;
    return make && Array.isArray(parameters) ? make(parameters) : placeholder(callee.name);
  }
  return isKind(callee, 'placeholder') ? callee : placeholder('a call of something that is no class');
};

const tensor = ([storage, offset, shape, strides]: readonly Pickled[]): Pickled =>
  isKind(storage, 'storage') && isCount(offset) && isCounts(shape) && isCounts(strides)
    ? { kind: 'tensor', storage, offset, shape, strides }
    : placeholder('a tensor over something that is no storage');

/** PyTorch's persistent id: `('storage', class, key, location, count, …)`. */
export const storageOf = (id: Pickled | undefined): StorageReference | undefined => {
  if (!Array.isArray(id)) return undefined;
  const [word, type, key, , count] = id;
  return word === 'storage' && isKind(type, 'global') && typeof key === 'string' && isCount(count)
    ? { kind: 'storage', type: type.name, key, count }
    : undefined;
};

const isCount = (value: Pickled | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const isCounts = (value: Pickled | undefined): value is number[] =>
  Array.isArray(value) && value.length <= 8 && value.every(isCount);
