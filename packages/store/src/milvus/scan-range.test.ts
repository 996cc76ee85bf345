import fc from 'fast-check';
import { scanRange } from './scan-range.ts';

type Order = 'sorted' | 'reversed' | 'shuffled';

/** A server that answers limited queries in the given order of its own. */
const server = (keys: readonly string[], order: Order) => {
  const calls = { read: 0, count: 0 };
  const within = (after: string, upTo: string | undefined) =>
    keys.filter((key) => key > after && (upTo === undefined || key <= upTo));
  const mix = (key: string) => [...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7);
  return {
    calls,
    keyOf: (key: string) => key,
    read: async (after: string, upTo: string | undefined, limit: number) => {
      calls.read++;
      const rows = within(after, upTo).sort();
      if (order === 'reversed') rows.reverse();
      if (order === 'shuffled') rows.sort((a, b) => mix(a) - mix(b));
      return rows.slice(0, limit);
    },
    count: async (after: string, upTo: string) => {
      calls.count++;
      return within(after, upTo).length;
    },
  };
};

describe('scanRange', () => {
  test('gives the next keys in order whatever order the server answers in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom(...'-0Aa_z') }), {
          maxLength: 60,
        }),
        fc.constantFrom<Order>('sorted', 'reversed', 'shuffled'),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 2, max: 20 }),
        fc.constantFrom('', '0', 'Z', 'zzzz'),
        async (keys, order, limit, window, after) => {
          const found = await scanRange(server(keys, order), { after, limit, window });
          const expected = keys.filter((key) => key > after).sort();
          expect(found).toEqual(expected.slice(0, limit));
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });

  test('costs one count a page where the server answers in order, and few reads where it does not', async () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `${(i * 7919) % 20_011}`.padStart(6, '0'));
    const sorted = server(keys, 'sorted');
    await scanRange(sorted, { after: '', limit: 100, window: 200 });
    expect(sorted.calls).toEqual({ read: 1, count: 1 });
    const shuffled = server(keys, 'shuffled');
    await scanRange(shuffled, { after: '', limit: 100, window: 200 });
    expect(shuffled.calls.read).toBeLessThan(20);
  });
});
