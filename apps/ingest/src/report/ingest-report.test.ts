import { formatReport, type IngestReport } from './ingest-report.ts';

const NOTHING: IngestReport = {
  run: 7,
  indexed: 0,
  unchanged: 0,
  duplicate: 0,
  failed: 0,
  gone: 0,
  pruned: 0,
  handedOver: 0,
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

test('a selection that nothing matches is named, not the source', () => {
  const text = formatReport(NOTHING, ['artist=Nobody']);
  expect(text).toMatch(/\nNothing of the source matches --select artist=Nobody\.$/);
});

test('rows that cannot be used are mended, not tried again; names keep to their line', () => {
  const rows = { code: 'MANIFEST_INVALID', count: 2, examples: ['m.csv#1', 'm\n.csv#2'] };
  const files = { code: 'TIMEOUT', count: 1, examples: ['music/a.mp3'] };
  const ofRows = formatReport({ ...NOTHING, failed: 2, failures: [rows] });
  expect(ofRows).toContain('MANIFEST_INVALID: m.csv#1, m\\x0a.csv#2\n');
  expect(ofRows).toMatch(/failures --run 7 {5}MANIFEST_INVALID: mend the list and ingest it again$/);
  const both = formatReport({ ...NOTHING, failed: 3, failures: [rows, files] });
  expect(both).toMatch(/try again: soundalike queue retry --run 7 {5}MANIFEST_INVALID: mend the list/);
  const ofFiles = formatReport({ ...NOTHING, failed: 1, failures: [files] });
  expect(ofFiles).toMatch(/failures --run 7 {5}try again: soundalike queue retry --run 7$/);
});
