import { invalidFile } from './foreign-file.ts';
import { OPCODES } from './pickle-opcodes.ts';
import { isKind, type Pickled, placeholder } from './pickle-values.ts';
import { construct, isAllowed, storageOf } from './torch-constructors.ts';

/** Steps of one pickle at most: checkpoints of this network have some thousands. */
const MAX_STEPS = 5_000_000;

/** Digits of a number at most; arbitrarily long ones cost more than their length. */
const MAX_NUMBER_BYTES = 1024;

/**
 * Reads a Python pickle (protocols 0 to 5) without running anything: the names it asks for are looked up in an allow list of tensor
 * constructors, every other one becomes an inert placeholder. The machine has no recursion, and makes nothing larger than the file.
 *
 * @returns the value and where the pickle ends
 * @throws SoundalikeError `MODEL_INVALID` where it is cut short, damaged or endless
 */
export const unpickle = (bytes: Buffer, name: string, start = 0): { value: Pickled; end: number } => {
  const fail = (reason: string) => invalidFile(name, `its pickle ${reason}`);
  let at = start;
  let steps = 0;
  let stack: Pickled[] = [];
  const marks: Pickled[][] = [];
  const memo = new Map<number, Pickled>();

  const take = (count: number): Buffer => {
    if (count < 0 || at + count > bytes.length)
      throw fail('claims more bytes than there are, or is cut short');
    at += count;
    return bytes.subarray(at - count, at);
  };
  const byte = () => take(1).readUInt8();
  const uint16 = () => take(2).readUInt16LE();
  const uint32 = () => take(4).readUInt32LE();
  const uint64 = () => Number(take(8).readBigUInt64LE());
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw fail('is cut short');
    const text = bytes.toString('utf8', at, end);
    at = end + 1;
    return text;
  };
  const number = (text: string, parse: (text: string) => Pickled) => {
    if (text.length > MAX_NUMBER_BYTES) throw fail('holds a number of absurd length');
    try {
      return parse(text);
    } catch {
      throw fail('holds a number that is none');
    }
  };
  const long = (length: number): Pickled => {
    if (length > MAX_NUMBER_BYTES) throw fail('holds a number of absurd length');
    const digits = take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i] as number);
    return narrow(BigInt.asIntN(length * 8, value));
  };
  const text = (length: number) => take(length).toString('utf8');
  const push = (value: Pickled) => {
    stack.push(value);
  };
  const pop = (): Pickled => {
    const value = stack.pop();
    if (value === undefined) throw fail('is damaged: it takes from an empty stack');
    return value;
  };
  const top = (): Pickled => {
    const value = stack.at(-1);
    if (value === undefined) throw fail('is damaged: it needs a value on an empty stack');
    return value;
  };
  const popMark = (): Pickled[] => {
    const before = marks.pop();
    if (!before) throw fail('is damaged: a mark is missing');
    const values = stack;
    stack = before;
    return values;
  };
  const get = (key: number) => {
    const value = memo.get(key);
    if (value === undefined) throw fail('is damaged: it refers to what was not kept');
    push(value);
  };
  const popTuple = (count: number) => {
    const values: Pickled[] = [];
    for (let i = 0; i < count; i++) values.unshift(pop());
    push(values);
  };
  const setItems = (items: readonly Pickled[]) => {
    const target = top();
    if (!(target instanceof Map)) return; // a placeholder takes anything and keeps nothing
    for (let i = 0; i + 1 < items.length; i += 2) target.set(items[i] as Pickled, items[i + 1] as Pickled);
  };
  const append = (items: readonly Pickled[]) => {
    const target = top();
    if (Array.isArray(target)) for (const item of items) target.push(item);
    else if (target instanceof Set) for (const item of items) target.add(item);
  };
  const global = (module: string, member: string) => {
    const full = `${module}.${member}`;
    push(isAllowed(full) ? { kind: 'global', name: full } : placeholder(full));
  };
  const instance = (type: Pickled | undefined) =>
    push(isKind(type, 'placeholder') ? type : construct(type, []));
  const persistent = () => {
    const storage = storageOf(pop());
    push(storage ?? placeholder('a persistent object that is no storage'));
  };

  const operations: Record<number, () => void> = {
    [OPCODES.PROTO]: () => byte(),
    [OPCODES.FRAME]: () => uint64(),
    [OPCODES.MARK]: () => {
      marks.push(stack);
      stack = [];
    },
    [OPCODES.POP]: () => {
      if (stack.length > 0) pop();
      else popMark();
    },
    [OPCODES.POP_MARK]: () => popMark(),
    [OPCODES.DUP]: () => push(top()),
    [OPCODES.NONE]: () => push(null),
    [OPCODES.NEWTRUE]: () => push(true),
    [OPCODES.NEWFALSE]: () => push(false),
    [OPCODES.BININT]: () => push(take(4).readInt32LE()),
    [OPCODES.BININT1]: () => push(byte()),
    [OPCODES.BININT2]: () => push(uint16()),
    [OPCODES.LONG1]: () => push(long(byte())),
    [OPCODES.LONG4]: () => push(long(uint32())),
    [OPCODES.BINFLOAT]: () => push(take(8).readDoubleBE()),
    [OPCODES.INT]: () =>
      push(number(line(), (digits) => (digits === '01' ? true : digits === '00' ? false : Number(digits)))),
    [OPCODES.LONG]: () => push(number(line(), (digits) => narrow(BigInt(digits.replace(/L$/, ''))))),
    [OPCODES.FLOAT]: () => push(number(line(), Number)),
    [OPCODES.BINUNICODE]: () => push(text(uint32())),
    [OPCODES.SHORT_BINUNICODE]: () => push(text(byte())),
    [OPCODES.BINUNICODE8]: () => push(text(uint64())),
    [OPCODES.UNICODE]: () => push(line()),
    [OPCODES.STRING]: () => push(line().slice(1, -1)),
    [OPCODES.BINSTRING]: () => push(text(uint32())),
    [OPCODES.SHORT_BINSTRING]: () => push(text(byte())),
    [OPCODES.BINBYTES]: () => push(take(uint32())),
    [OPCODES.SHORT_BINBYTES]: () => push(take(byte())),
    [OPCODES.BINBYTES8]: () => push(take(uint64())),
    [OPCODES.BYTEARRAY8]: () => push(take(uint64())),
    [OPCODES.EMPTY_TUPLE]: () => push([]),
    [OPCODES.EMPTY_LIST]: () => push([]),
    [OPCODES.EMPTY_DICT]: () => push(new Map()),
    [OPCODES.EMPTY_SET]: () => push(new Set()),
    [OPCODES.TUPLE1]: () => popTuple(1),
    [OPCODES.TUPLE2]: () => popTuple(2),
    [OPCODES.TUPLE3]: () => popTuple(3),
    [OPCODES.TUPLE]: () => push(popMark()),
    [OPCODES.LIST]: () => push(popMark()),
    [OPCODES.DICT]: () => {
      const items = popMark();
      push(new Map());
      setItems(items);
    },
    [OPCODES.FROZENSET]: () => push(new Set(popMark())),
    [OPCODES.APPEND]: () => append([pop()]),
    [OPCODES.APPENDS]: () => append(popMark()),
    [OPCODES.ADDITEMS]: () => append(popMark()),
    [OPCODES.SETITEM]: () => {
      const value = pop();
      const key = pop();
      setItems([key, value]);
    },
    [OPCODES.SETITEMS]: () => setItems(popMark()),
    [OPCODES.BINGET]: () => get(byte()),
    [OPCODES.LONG_BINGET]: () => get(uint32()),
    [OPCODES.GET]: () => get(Number(line())),
    [OPCODES.BINPUT]: () => {
      memo.set(byte(), top());
    },
    [OPCODES.LONG_BINPUT]: () => {
      memo.set(uint32(), top());
    },
    [OPCODES.PUT]: () => {
      memo.set(Number(line()), top());
    },
    [OPCODES.MEMOIZE]: () => {
      memo.set(memo.size, top());
    },
    [OPCODES.GLOBAL]: () => global(line(), line()),
    [OPCODES.STACK_GLOBAL]: () => {
      const member = pop();
      const module = pop();
      if (typeof module !== 'string' || typeof member !== 'string')
        throw fail('is damaged: a name is no text');
      global(module, member);
    },
    [OPCODES.REDUCE]: () => {
      const parameters = pop();
      // Building a dictionary from a list costs its length each time, so it counts as that many steps.
      if (Array.isArray(parameters) && Array.isArray(parameters[0])) steps += parameters[0].length;
      push(construct(pop(), parameters));
    },
    [OPCODES.NEWOBJ]: () => {
      pop();
      instance(pop());
    },
    [OPCODES.NEWOBJ_EX]: () => {
      pop();
      pop();
      instance(pop());
    },
    [OPCODES.OBJ]: () => instance(popMark()[0]),
    [OPCODES.INST]: () => {
      const [module, member] = [line(), line()];
      popMark();
      push(placeholder(`${module}.${member}`));
    },
    [OPCODES.BUILD]: () => {
      pop();
    }, // state of an object; nothing that is read here has one
    [OPCODES.BINPERSID]: persistent,
    [OPCODES.PERSID]: () => {
      line();
      push(placeholder('a persistent object that is no storage'));
    },
  };

  for (; steps < MAX_STEPS; steps++) {
    const code = byte();
    if (code === OPCODES.STOP) return { value: pop(), end: at };
    const operation = operations[code];
    if (!operation) throw fail(`is damaged: unknown operation 0x${code.toString(16)} at byte ${at - 1}`);
    operation();
  }
  throw fail('does not end');
};

const narrow = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;

/** The words for a value that stands where a tensor should: what it depends on. */
export const nameOfValue = (value: Pickled | undefined): string =>
  isKind(value, 'placeholder') ? value.name : value === null ? 'None' : typeof value;
