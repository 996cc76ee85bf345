/** A set of small whole numbers, a bit each. */
export const createBits = () => {
  let bytes = new Uint8Array(1024);
  return {
    has: (id: number): boolean => ((bytes[id >> 3] ?? 0) & (1 << (id & 7))) !== 0,
    /** @returns whether it was not there before */
    add: (id: number): boolean => {
      if (id >> 3 >= bytes.length) {
        const larger = new Uint8Array(Math.max(bytes.length * 2, (id >> 3) + 1));
        larger.set(bytes);
        bytes = larger;
      }
      const before = bytes[id >> 3] ?? 0;
      bytes[id >> 3] = before | (1 << (id & 7));
      return bytes[id >> 3] !== before;
    },
  };
};

export type Bits = ReturnType<typeof createBits>;
