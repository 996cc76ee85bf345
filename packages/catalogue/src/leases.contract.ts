import type { Catalogue } from './catalogue.ts';

/** Leases by name. */
export const describeLeases = (get: () => Catalogue): void => {
  test('named leases have one holder until they run out', async () => {
    expect(await get().acquireLease({ name: 'l', holder: 'a', leaseMs: 50 })).toBe(true);
    expect(await get().acquireLease({ name: 'l', holder: 'b', leaseMs: 50 })).toBe(false);
    expect(await get().acquireLease({ name: 'l', holder: 'a', leaseMs: 50 })).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(await get().acquireLease({ name: 'l', holder: 'b', leaseMs: 50 })).toBe(true);
    await get().releaseNamedLease({ name: 'l', holder: 'b' });
    expect(await get().acquireLease({ name: 'l', holder: 'c', leaseMs: 50 })).toBe(true);
  });
};
