import { silentLogger } from '@soundalike/core';
import { makeTrack, randomNumbers } from '../vector-store.fixtures.ts';
import type { VectorDatabase, VectorStore } from '../vector-store.ts';
import { type FakeMilvus, type Fault, STATUS_ITSELF, startFakeMilvus } from './fake-milvus.fixture.ts';
import { openMilvusDatabase } from './milvus-database.ts';

/** So short that a test need not wait for what hangs, so long that a busy machine answers. */
const TIMEOUT_MS = 4_000;
const limits = (patienceMs: number) => ({
  writers: 2,
  write: { timeoutMs: TIMEOUT_MS, patienceMs },
  read: { timeoutMs: TIMEOUT_MS, patienceMs },
});
/** The longest that any request may be waited for, ms: a flush. */
const LONGEST_MS = 120_000;

jest.setTimeout(60_000);

let fake: FakeMilvus;
let database: VectorDatabase;
let store: VectorStore;
const random = randomNumbers(5);
let made = 0;
let spaces = 0;
/** Calls made before the test. */
let before = 0;

const open = (patienceMs = 30_000) =>
  openMilvusDatabase(fake.url, { readOnly: false, logger: silentLogger(), limits: limits(patienceMs) });

beforeAll(async () => {
  fake = await startFakeMilvus();
  database = open();
});
beforeEach(async () => {
  store = await database.openSpace(`fake${++spaces}`, { create: true });
  before = fake.calls.length;
});
afterAll(async () => {
  await database.close();
  await fake.stop();
});

const CODE_ALONE: Fault = { kind: 'status', status: { code: 65535, reason: 'half a word' } };
const EMPTY: Fault = { kind: 'empty' };
const RATE_LIMIT: Fault = {
  kind: 'status',
  status: { error_code: 'RateLimit', code: 8, reason: 'rate limit exceeded[rate=0]', retriable: true },
};
/** As Milvus 2.4 and later say it. */
const RATE_LIMIT_BY_CODE: Fault = { kind: 'status', status: { code: 8, reason: 'request is rejected' } };
const NOT_READY: Fault = { kind: 'status', status: { code: 1, reason: 'service not ready' } };

const write = async (into = store) => {
  const fixture = makeTrack(`t${made++}`, { random, clipCount: 5 });
  await into.upsertTrack(fixture.track, fixture.clips);
};
const stored = () => ({
  tracks: fake.tables.rows(`tracks_${store.space}`).size,
  clips: fake.tables.rows(`clips_${store.space}`).size,
});
const calls = (method: string) => fake.calls.slice(before).filter((call) => call.method === method);

describe('a write that Milvus does not confirm', () => {
  test.each<[string, Fault]>([
    ['a code without an error_code', CODE_ALONE],
    ['an answer without any field', EMPTY],
    ['a method that the server does not know', { kind: 'unimplemented' }],
  ])('%s is no success', async (_name, fault) => {
    fake.fail('Upsert', fault);
    await expect(write()).rejects.toMatchObject({ code: 'STORE_REJECTED' });
    // The clips failed, so no track row vouches for them.
    expect(stored().tracks).toBe(0);
    await write();
    expect(stored()).toEqual({ tracks: 1, clips: 5 });
  });

  test.each<[string, Fault[]]>([
    ['a rate limit in the status', [RATE_LIMIT, RATE_LIMIT]],
    ['a rate limit by its code alone', [RATE_LIMIT_BY_CODE, RATE_LIMIT_BY_CODE]],
    ['a server that is not ready', [NOT_READY]],
    ['a request that hangs', [{ kind: 'hang' }]],
    ['a connection reset before the work', [{ kind: 'reset', after: 'nothing' }]],
    ['a connection reset after the work', [{ kind: 'reset', after: 'commit' }]],
    ['a part of the rows', [{ kind: 'partial', rows: 2 }]],
    ['a count that is a string', [changed({ upsert_cnt: '4', insert_cnt: '0' })]],
    ['rows with errors', [changed({ err_index: [3] })]],
    ['no count', [changed({ upsert_cnt: 0, insert_cnt: 0 })]],
  ])(
    '%s is sent again until it is whole',
    async (_name, faults) => {
      fake.fail('Upsert', ...faults);
      await write();
      expect(stored()).toEqual({ tracks: 1, clips: 5 });
      // One request for the clips and one for the track, and one more for each fault.
      expect(calls('Upsert').length).toBe(2 + faults.length);
      expect(calls('Insert').length).toBe(0);
    },
    30_000,
  );

  test('the true count may be a string', async () => {
    fake.fail('Upsert', changed({ upsert_cnt: '5', insert_cnt: '0' }));
    await write();
    expect(calls('Upsert').length).toBe(2);
  });

  test('many writers through a bad hour: every row there, once', async () => {
    const bad: Fault[] = [
      RATE_LIMIT,
      { kind: 'reset', after: 'commit' },
      { kind: 'partial', rows: 3 },
      NOT_READY,
    ];
    fake.fail('Upsert', ...bad);
    fake.fail('Query', RATE_LIMIT_BY_CODE, { kind: 'reset', after: 'commit' });
    fake.fail('Delete', NOT_READY);
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => write()));
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(stored()).toEqual({ tracks: 40, clips: 200 });
  });

  test('a limit that stays ends in an error that may be retried, after few requests', async () => {
    const hasty = open(3_000);
    const limited = await hasty.openSpace(store.space);
    fake.fail('Upsert', ...Array.from({ length: 100 }, () => RATE_LIMIT));
    await expect(write(limited)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    // It waited longer and longer.
    expect(calls('Upsert').length).toBeLessThan(15);
    fake.forgive();
    await hasty.close();
  });
});

test('many tracks go in upserts of 200 to 500 rows, and nothing is flushed before the end', async () => {
  // With the product's own patience: nothing is to be sent twice here, however busy the machine.
  const usual = openMilvusDatabase(fake.url, { readOnly: false, logger: silentLogger() });
  const into = await usual.openSpace(store.space);
  await Promise.all(Array.from({ length: 200 }, () => write(into)));
  const sizes = calls('Upsert')
    .filter(({ request }) => request.collection_name.startsWith('clips_'))
    .map(({ request }) => Number(request.num_rows));
  expect(sizes.reduce((sum, rows) => sum + rows, 0)).toBe(1_000);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(200);
  expect(calls('Flush')).toEqual([]);
  await into.optimize();
  expect(calls('Flush').map(({ request }) => request.collection_names)).toEqual([
    [`clips_${store.space}`],
    [`tracks_${store.space}`],
  ]);
  await usual.close();
});

describe('everything else that Milvus may say', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['Query', () => store.getTracks(['t'])],
    ['Query', () => store.counts()],
    ['Flush', () => store.optimize()],
    ['GetFlushState', () => store.optimize()],
    ['DescribeIndex', () => store.describeIndex()],
    ['ShowCollections', () => database.listSpaces()],
    ['GetLoadState', () => database.openSpace(store.space)],
    ['GetCollectionStatistics', () => database.ping()],
    ['Delete', () => store.removeTracks(['t'])],
    ['CreateCollection', () => database.openSpace(`new${store.space}`, { create: true })],
    ['DropCollection', () => database.dropSpace(store.space)],
  ])('%s without a success is none', async (method, work) => {
    for (const fault of [CODE_ALONE, EMPTY, { kind: 'unimplemented' }] as const) {
      // A bare status without any field is what success looks like on the wire.
      if (fault === EMPTY && STATUS_ITSELF.has(method)) continue;
      fake.fail(method, fault);
      await expect(work()).rejects.toMatchObject({ code: 'STORE_REJECTED' });
    }
  });

  test('a count that is missing is not zero', async () => {
    fake.fail('Query', changed({ fields_data: [] }));
    await write();
    expect(await store.counts()).toEqual({ tracks: 1, clips: 5 });
  });

  test('no request is without a deadline', async () => {
    await write();
    await store.optimize();
    await store.counts();
    await store.removeTracks(['t']);
    await database.dropSpace(store.space);
    expect(fake.calls.length).toBeGreaterThan(12);
    const patient = fake.calls.filter(({ deadlineMs }) => !(deadlineMs <= LONGEST_MS));
    expect(patient).toEqual([]);
  });
});

describe('the fake itself', () => {
  test('shows an insert for what it is: the same row twice', async () => {
    await write();
    fake.tables.answer('Insert', calls('Upsert')[0]?.request ?? {});
    expect(stored().clips).toBe(10);
  });
});

function changed(change: object): Fault {
  return { kind: 'changed', change: (answer) => ({ ...answer, ...change }) };
}
