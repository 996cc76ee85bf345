/** What a pickle names but is not on the allow list, or is made of it: inert, carried along, never called. */
export interface Placeholder {
  readonly kind: 'placeholder';
  /** `module.name`, for messages. */
  readonly name: string;
}

/** A name on the allow list. */
export interface Global {
  readonly kind: 'global';
  readonly name: string;
}

/** Raw numbers stored beside the pickle. */
export interface StorageReference {
  readonly kind: 'storage';
  /** As in `torch.FloatStorage`: the class of its numbers. */
  readonly type: string;
  readonly key: string;
  /** Numbers in it, as the pickle claims. */
  readonly count: number;
}

/** A view of a storage; nothing is read before somebody asks for it. */
export interface TensorReference {
  readonly kind: 'tensor';
  readonly storage: StorageReference;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Pickled[]
  | Set<Pickled>
  | Map<Pickled, Pickled>
  | Placeholder
  | Global
  | StorageReference
  | TensorReference;

export const placeholder = (name: string): Placeholder => ({ kind: 'placeholder', name });

export const isKind = <Kind extends 'placeholder' | 'global' | 'storage' | 'tensor'>(
  value: Pickled | undefined,
  kind: Kind,
): value is Extract<Pickled, { kind: Kind }> =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
