import { createSteps, file } from './catalogue.fixture.ts';
import type { Catalogue } from './catalogue.ts';

/** Claims, failures and what work leaves behind. */
export const describeWorking = (get: () => Catalogue): void => {
  const { scan, index } = createSteps(get);

  test('claims are exclusive, leases run out, attempts count only where they should', async () => {
    const { queued } = await scan([file('q/1'), file('q/2'), file('q/3')]);
    const claimed = (
      await Promise.all([
        get().claimItems({ worker: 'a:1', limit: 2, leaseMs: 60_000 }),
        get().claimItems({ worker: 'b:1', limit: 2, leaseMs: 1 }),
      ])
    ).flat();
    expect(claimed.map(({ itemId }) => itemId).sort()).toEqual([...queued].sort());
    await new Promise((resolve) => setTimeout(resolve, 20));
    const again = await get().claimItems({ worker: 'c:1', limit: 5, leaseMs: 60_000 });
    expect(again.length).toBeGreaterThanOrEqual(1);
    expect(claimed.every(({ isStalled }) => !isStalled) && again.every(({ isStalled }) => isStalled)).toBe(
      true,
    );
    expect(await get().renewLeases({ worker: 'b:1', itemIds: queued, leaseMs: 60_000 })).toEqual([]);
    const item = again[0]?.itemId ?? 0;
    await get().startItem(item, 'c:1');
    expect((await get().getItem(item))?.attempts).toBe(1);
    await get().releaseLease({ worker: 'c:1', itemId: item, delayMs: 60_000, countAttempt: false });
    expect(await get().getItem(item)).toMatchObject({ state: 'queued', attempts: 0 });
    expect(await get().claimItems({ worker: 'd:1', limit: 5, leaseMs: 1000 })).toEqual([]);
    for (const id of queued) {
      await get().startItem(id, 'w:1');
      await get().failItem({
        itemId: id,
        code: id === item ? 'TIMEOUT' : 'AUDIO_SILENT',
        message: 'm',
        detail: 'd',
        retry: false,
      });
    }
  });

  test('a worker of this host whose process is gone is noticed at once', async () => {
    const { queued } = await scan([file('dead/1')]);
    const { hostname } = jest.requireActual<typeof import('node:os')>('node:os');
    await get().claimItems({ worker: `${hostname()}:4194303`, limit: 1, leaseMs: 60_000 });
    expect(await get().reclaimDead()).toBe(1);
    expect(await get().claimItems({ worker: 'e:1', limit: 1, leaseMs: 1000 })).toEqual([
      { itemId: queued[0], attempt: 1, isStalled: false },
    ]);
    await index(queued[0] ?? 0, 'Z'.repeat(22));
  });

  test('failures are grouped with examples and queued again by code', async () => {
    const groups = await get().failureGroups();
    expect(groups.map(({ code, count }) => [code, count])).toEqual([
      ['AUDIO_SILENT', 2],
      ['TIMEOUT', 1],
    ]);
    expect(groups[1]?.examples[0]).toMatch(/^music\/q\//);
    const { queued, rowsLeft } = await get().retryItems({ code: 'TIMEOUT' });
    expect([queued, rowsLeft]).toEqual([[{ itemId: expect.any(Number), try: 2 }], 0]);
    expect(await get().queuedItems({ limit: 10 })).toEqual(queued);
    await index(queued[0]?.itemId ?? 0, 'T'.repeat(22));
  });
};
