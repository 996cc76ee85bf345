/** Filled slots of all, at most: beyond it searches grow long. */
const MAX_LOAD = 0.6;

/**
 * Counts by whole number (0 to 2^53 - 1), 10 to 20 bytes each where a Map takes 60: open addressing in two typed arrays. Nothing is ever taken
 * out; a count may go back to 0.
 */
export const createNumberMap = () => {
  // Keys are kept plus one: 0 is an empty slot.
  let keys = new Float64Array(1024);
  let counts = new Uint32Array(1024);
  let size = 0;

  const slotOf = (key: number, table: Float64Array): number => {
    const mask = table.length - 1;
    let slot =
      (Math.imul((key % 2 ** 32) | 0, 0x9e3779b1) ^ Math.imul((key / 2 ** 32) | 0, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    while (table[slot] !== 0 && table[slot] !== key + 1) slot = (slot + 1) & mask;
    return slot;
  };
  const grow = () => {
    const [oldKeys, oldCounts] = [keys, counts];
    keys = new Float64Array(oldKeys.length * 2);
    counts = new Uint32Array(oldKeys.length * 2);
    for (const [i, stored] of oldKeys.entries()) {
      if (stored === 0) continue;
      const slot = slotOf(stored - 1, keys);
      keys[slot] = stored;
      counts[slot] = oldCounts[i] as number;
    }
  };

  return {
    get: (key: number): number => counts[slotOf(key, keys)] ?? 0,
    /** @returns the count afterwards */
    add: (key: number, change = 1): number => {
      if (size > keys.length * MAX_LOAD) grow();
      const slot = slotOf(key, keys);
      if (keys[slot] === 0) size += 1;
      keys[slot] = key + 1;
      counts[slot] = (counts[slot] as number) + change;
      return counts[slot] as number;
    },
  };
};

export type NumberMap = ReturnType<typeof createNumberMap>;
