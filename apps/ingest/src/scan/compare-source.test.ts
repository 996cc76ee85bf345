import { type Catalogue, type FoundItem, openCatalogue, type SourceScope } from '@soundalike/catalogue';
import { EMPTY_METADATA, SoundalikeError } from '@soundalike/core';
import type { SourceEntry } from '../sources/source-entry.ts';
import { compareSource } from './compare-source.ts';

const SPACE = 'a'.repeat(16);
const scope: SourceScope = { places: [{ root: 'music', prefix: 'in/' }] };

const file = (path: string, extra: Partial<FoundItem> = {}): FoundItem => ({
  root: 'music',
  path,
  externalId: null,
  metadata: {},
  size: 100,
  modifiedMs: 5,
  ...extra,
});

let catalogue: Catalogue;
beforeEach(async () => {
  catalogue = await openCatalogue('memory:');
});
afterEach(() => catalogue.close());

const scan = async (found: readonly FoundItem[]) => {
  const run = await catalogue.createRun({ catalogue: 'default', source: 'test' });
  await catalogue.recordFound({ runId: run.id, catalogue: 'default', space: SPACE, found });
  return run.id;
};

const compare = (found: readonly FoundItem[]) => {
  const entries = (async function* (): AsyncGenerator<SourceEntry> {
    for (const item of found) yield { kind: 'found', item };
  })();
  return compareSource({
    source: { name: 'in', key: 'in', entries, scope },
    catalogue,
    catalogueName: 'default',
    space: SPACE,
    signal: new AbortController().signal,
  });
};

test('what a source names no more is gone, or moved where a new file is the same', async () => {
  await scan([file('in/a'), file('in/😀', { size: 7 }), file('in/old', { size: 9 }), file('out/a')]);
  expect(await compare([file('in/a'), file('in/new', { size: 9 })])).toMatchObject({
    waiting: 1,
    gone: 1,
    moved: 1,
    new: 0,
    examples: { gone: ['music/in/😀'], moved: ['music/in/old'] },
  });
});

test('nothing is gone where all were seen; entries beside the scope stand for none of it', async () => {
  await scan([file('in/a'), file('in/b', { size: 7 }), file('out/a'), file('out/b')]);
  expect(await compare([file('in/a'), file('in/b', { size: 7 })])).toMatchObject({ gone: 0, moved: 0 });
  // As many entries as the scope has items, one of them twice and others of elsewhere.
  const others = [file('in/a'), file('in/a'), file('out/a'), file('out/b')];
  expect(await compare(others)).toMatchObject({ gone: 1, examples: { gone: ['music/in/b'] } });
});

test('a file with several own ids is not gone while it is there, and losing most would be refused', async () => {
  const named = ['T1', 'T2', 'T3'].map((externalId) => file('in/twin', { externalId }));
  await scan([...named, file('in/a', { size: 1 })]);
  const twins = await compare([file('in/twin')]);
  expect(twins).toMatchObject({ gone: 1, examples: { gone: ['music/in/a'] }, pruneRefused: false });
  expect(await compare([file('in/a', { size: 1 })])).toMatchObject({ gone: 3, pruneRefused: true });
});

test('an item that is gone already counts for none that is still known', async () => {
  await scan([file('in/back', { size: 1 }), file('in/stays', { size: 2 }), file('in/leaves', { size: 3 })]);
  const runId = await scan([file('in/stays', { size: 2 }), file('in/leaves', { size: 3 })]);
  expect(await catalogue.recordGone({ runId, catalogue: 'default', scope })).toMatchObject({ items: 1 });
  const compared = await compare([file('in/back', { size: 1 }), file('in/stays', { size: 2 })]);
  expect(compared).toMatchObject({ gone: 1, examples: { gone: ['music/in/leaves'] } });
});

test('a line that cannot be used, and failed before, is not gone', async () => {
  const source = 'list.txt';
  const link = { root: null, path: 'ftp://host/a.mp3' };
  const run = await catalogue.createRun({ catalogue: 'default', source });
  const found = [
    { ...link, externalId: null, metadata: {}, size: null, modifiedMs: null },
    file('in/left', { size: 7 }),
  ];
  await catalogue.recordFound({ runId: run.id, catalogue: 'default', space: SPACE, found, source });
  const entries = (async function* (): AsyncGenerator<SourceEntry> {
    const error = new SoundalikeError('INPUT_INVALID', 'ftp is not read');
    yield { kind: 'invalid', location: link, error, hidesOthers: false };
  })();
  const difference = await compareSource({
    source: { name: source, key: source, entries, scope: { source } },
    catalogue,
    catalogueName: 'default',
    space: SPACE,
    signal: new AbortController().signal,
  });
  expect(difference).toMatchObject({ invalid: 1, gone: 1, examples: { gone: ['music/in/left'] } });
});

test('an own id that an earlier line has already is taken, a thousand lines later, too, whether it is known or new', async () => {
  const ids = ['indexed', 'waiting', 'new'];
  const named = ids.map((externalId) => file(`in/${externalId}`, { externalId }));
  const run = await catalogue.createRun({ catalogue: 'default', source: 'test' });
  const { queued } = await catalogue.recordFound({
    runId: run.id,
    catalogue: 'default',
    space: SPACE,
    found: named.slice(0, 2),
  });
  await index(queued[0] as number);
  const between = Array.from({ length: 1_500 }, (_, at) => file(`in/between/${at}`));
  const again = ids.map((externalId) => file(`in/again/${externalId}`, { externalId }));
  expect(await compare([...named, ...between, ...again])).toMatchObject({
    unchanged: 1,
    waiting: 1,
    new: 1_501,
    conflict: 3,
    examples: { conflict: ids.map((id) => `music/in/again/${id}`) },
  });
  // Turned round, the unchanged line is the second.
  expect(await compare([...again, ...between, ...named])).toMatchObject({ unchanged: 0, conflict: 3 });
});

const index = async (itemId: number) => {
  await catalogue.startItem(itemId, 'w:1');
  const content = 'A'.repeat(22);
  await catalogue.finishItem({
    itemId,
    worker: 'w:1',
    contentId: content,
    timings: {},
    audioSeconds: 3,
    fileMetadata: {},
    track: {
      id: content,
      catalogue: 'default',
      externalId: 'indexed',
      contentId: content,
      space: SPACE,
      durationSeconds: 3,
      clipCount: 1,
      coverage: 'full',
      ...EMPTY_METADATA,
    },
  });
};

test('an own id that has two rows, one of them gone, is taken all the same; a place may be named without its id, too', async () => {
  const x = (path: string) => file(path, { externalId: 'X' });
  await scan([x('in/b')]);
  const runId = await scan([file('in/c')]);
  await catalogue.recordGone({ runId, catalogue: 'default', scope });
  await scan([x('in/a'), file('in/c')]);
  const between = Array.from({ length: 1_200 }, (_, at) => file(`in/between/${at}`));
  expect(await compare([x('in/a'), file('in/c'), ...between, x('in/b')])).toMatchObject({ conflict: 1 });
  expect(await compare([file('in/a'), ...between, x('in/a')])).toMatchObject({ conflict: 0 });
});
