/** What must be true at the end: compares queue, database and store with what is computed offline from the same files. */
import { join } from 'node:path';
import { clipIdOf, content8Of } from '../../packages/core/dist/index.js';
import { createEmbedder, embedTrack, meanVector, toSpace } from '../../packages/embedder/dist/index.js';
import { contentIdOf } from '../../packages/source/dist/index.js';

const PAGE = 500;

export const check = async ({ catalogue, store, queue, model, ffmpeg, folder, names, poison, lines }) => {
  const problems = [];
  const expect = (isSo, problem) => {
    if (!isSo) problems.push(problem);
  };
  const counts = await queue.counts();
  expect(
    counts.active + counts.waiting + counts.delayed === 0,
    `the queue still holds ${JSON.stringify(counts)}`,
  );

  const items = await allItems(catalogue);
  const unfinished = items.filter(({ state }) => state === 'queued' || state === 'active');
  expect(unfinished.length === 0, `${unfinished.length} items are not finished`);
  const failed = Object.fromEntries(
    items.filter(({ state }) => state === 'failed').map(({ path, errorCode }) => [path, errorCode]),
  );
  expect(
    same(failed, poison),
    `failed are ${JSON.stringify(failed)}, the poison list is ${JSON.stringify(poison)}`,
  );

  const expected = await computeOffline({ model, ffmpeg, folder, names });
  const keys = new Map();
  for (let after; ; ) {
    const page = await store.scanClipKeys({ after, limit: PAGE });
    for (const key of page) keys.set(clipIdOf(key), (keys.get(clipIdOf(key)) ?? 0) + 1);
    if (page.length < PAGE) break;
    after = clipIdOf(page.at(-1));
  }
  const wanted = new Set([...expected.values()].flatMap(({ clips }) => [...clips.keys()]));
  const missing = [...wanted].filter((id) => !keys.has(id));
  const extra = [...keys.keys()].filter((id) => !wanted.has(id));
  expect(
    missing.length + extra.length === 0,
    `clip keys: ${missing.length} missing, ${extra.length} too many`,
  );
  const rows = await store.counts();
  expect(
    rows.clips === wanted.size,
    `the store counts ${rows.clips} clip rows, offline there are ${wanted.size}`,
  );
  expect(
    rows.tracks === expected.size,
    `the store counts ${rows.tracks} track rows, offline there are ${expected.size}`,
  );

  let different = 0;
  const ids = [...expected.keys()];
  for (let at = 0; at < ids.length; at += 50) {
    const page = ids.slice(at, at + 50);
    const [found, tracks] = await Promise.all([
      store.clipsOf(page, { consistency: 'strong' }),
      store.getTracks(page, { consistency: 'strong' }),
    ]);
    for (const id of page) {
      const want = expected.get(id);
      for (const clip of found.get(id)?.clips ?? []) {
        const clean = want.clips.get(
          clipIdOf({ trackId: id, content8: want.content8, startMs: clip.startMs }),
        );
        if (
          !clean ||
          !bitEqual(clean.vector, clip.vector) ||
          Math.fround(clean.scale) !== Math.fround(clip.scale)
        )
          different += 1;
      }
      const track = tracks.get(id);
      if (!track || !bitEqual(track.vector, want.vector)) different += 1;
    }
  }
  expect(different === 0, `${different} vectors are not bit-equal to the clean run`);

  const inDatabase = await catalogue.countTracks(store.space);
  expect(
    inDatabase === expected.size,
    `the database has ${inDatabase} tracks, offline there are ${expected.size}`,
  );
  const unknown = ids.length - (await catalogue.getTracks(ids)).size;
  expect(unknown === 0, `${unknown} tracks of the store are not in the database`);
  const violations = lines.filter((line) => line.includes('after its lock was lost'));
  expect(violations.length === 0, `${violations.length} writes for jobs whose lock was known to be lost`);
  return { problems, tracks: expected.size, clips: wanted.size, failed: Object.keys(failed).length };
};

/** The clean run: every track by itself, in this process's own network, nothing in between. */
const computeOffline = async ({ model, ffmpeg, folder, names }) => {
  const embedder = await createEmbedder({ model, processes: 2 });
  const expected = new Map();
  const left = [...names];
  const work = async () => {
    for (let name = left.pop(); name; name = left.pop()) {
      const path = join(folder, name);
      const contentId = await contentIdOf({ path, ffmpeg });
      const { clips } = await embedTrack({ input: { path }, embedder, ffmpeg });
      const content8 = content8Of(contentId);
      const rows = clips.map(({ startMs, raw }) => ({ startMs, ...toSpace(raw, model.info.transform) }));
      expected.set(contentId, {
        content8,
        vector: meanVector(rows.map(({ vector }) => vector)),
        clips: new Map(
          rows.map((row) => [clipIdOf({ trackId: contentId, content8, startMs: row.startMs }), row]),
        ),
      });
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  await embedder.close();
  return expected;
};

const allItems = async (catalogue) => {
  const items = [];
  for (let after = 0; ; ) {
    const page = await catalogue.listItems({ after, limit: PAGE });
    items.push(...page);
    if (page.length < PAGE) return items;
    after = page.at(-1).id;
  }
};

const bitEqual = (a, b) =>
  a.length === b.length && a.every((value, i) => Object.is(Math.fround(value), Math.fround(b[i])));

const same = (a, b) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
