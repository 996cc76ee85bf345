import { PassThrough } from 'node:stream';
import { openCatalogue } from '@soundalike/catalogue';
import { createOutput } from './output.ts';
import { exportFailures, formatAttempt, readFilter } from './queue-failures.ts';

/** An export is what was asked for, with `--json` as well. */
const printed = () => {
  const stdout = new PassThrough();
  const output = createOutput({ stdout, stderr: new PassThrough() });
  output.json = true;
  return { output, read: () => String(stdout.read() ?? '') };
};

test('times are ago or instants; nonsense is named', () => {
  const { since, until } = readFilter({ since: '2h', until: '2026-01-31T12:00:00Z' });
  expect(Date.now() - (since ?? 0)).toBeGreaterThanOrEqual(7_200_000);
  expect(until).toBe(Date.UTC(2026, 0, 31, 12));
  expect(() => readFilter({ since: 'soon' })).toThrow('--since');
  expect(() => readFilter({ run: 'x' })).toThrow('--run');
  expect(() => readFilter({ code: 'AUDIO_BROKEN' })).toThrow('--code');
  expect(readFilter({ code: 'TIMEOUT' }).code).toBe('TIMEOUT');
});

test('failures are exported as CSV that spreadsheets read as text, and as JSON lines', async () => {
  const catalogue = await openCatalogue('memory:');
  const run = await catalogue.createRun({ catalogue: 'default', source: 's' });
  const { queued } = await catalogue.recordFound({
    runId: run.id,
    catalogue: 'default',
    space: 's',
    source: 'm.csv',
    found: [{ root: 'r', path: 'a, "b".mp3', externalId: '=1+1', metadata: {}, size: 1, modifiedMs: 1 }],
  });
  await catalogue.failItem({
    itemId: queued[0] ?? 0,
    code: 'TIMEOUT',
    message: 'slow',
    detail: 'two\nlines',
    retry: false,
  });
  const csv = printed();
  await exportFailures(catalogue, { source: 'm.csv' }, 'csv', csv.output);
  expect(csv.read()).toMatch(
    /^item,location,externalId,source,code,message,words,attempts,finishedAt\n1,"r\/a, ""b"".mp3",'=1\+1,m.csv,TIMEOUT,slow,"two\nlines",0,\d{4}-/,
  );
  const jsonl = printed();
  await exportFailures(catalogue, { code: 'NONE' }, 'jsonl', jsonl.output);
  expect(jsonl.read()).toBe('');
  await exportFailures(catalogue, {}, 'jsonl', jsonl.output);
  expect(JSON.parse(jsonl.read())).toMatchObject({ item: 1, code: 'TIMEOUT', externalId: '=1+1' });
  await expect(exportFailures(catalogue, {}, 'xml', jsonl.output)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
  await catalogue.close();
});

test('an attempt in words', () => {
  expect(
    formatAttempt({
      runId: 1,
      number: 2,
      worker: 'host:1',
      startedAt: 1000,
      finishedAt: 3500,
      outcome: 'failed',
      stage: 'fetch',
      code: 'TIMEOUT',
      message: 'sl\now',
      detail: 'a\nb',
      timings: { fetch: 20 },
    }),
  ).toBe(
    '  attempt 2: failed after 2.5 s on host:1, 1970-01-01T00:00:03.500Z (fetch 20 ms)\n    in fetch, TIMEOUT: sl\\x0aow\n    a\n    b',
  );
});
