import { formatReport, type IngestReport } from './ingest-report.ts';

const NOTHING: IngestReport = {
  run: 7,
  indexed: 0,
  unchanged: 0,
  duplicate: 0,
  failed: 0,
  gone: 0,
  pruned: 0,
  sawEverything: true,
  cancelled: 0,
  pending: 0,
  failures: [],
  audioSeconds: 0,
  wallSeconds: 1,
};

test('a source without a track says so, also where everything is gone', () => {
  expect(formatReport(NOTHING)).toMatch(/^Run 7: 0 indexed\nThe source names no audio/);
  expect(formatReport({ ...NOTHING, gone: 3 })).toMatch(/0 indexed, 3 gone\nThe source names no audio/);
  expect(formatReport({ ...NOTHING, unchanged: 1 })).not.toContain('names no audio');
});
