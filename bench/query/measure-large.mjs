import { openVectorDatabase } from '@soundalike/store';
import { serveSearch } from '../../scripts/screenshots/serve.mjs';
import { connect } from './ask.mjs';
import { ms, quantile, table } from './figures.mjs';
import { measureRecall } from './recall.mjs';

const STAGES = ['decode', 'embed', 'read', 'filter', 'retrieve', 'align', 'verify', 'judge'];

/** Queries by file: each embeds, so fewer will do. */
const FILE_SHARE = 0.3;

const WARM_UP = 10;

/** One connection against a large catalogue: recall of its index against exact search, times by track id and by file, stage by stage. */
export const measureLarge = async ({ kind, large, store, excerpts, queries, note }) => {
  const { clips, recalled } = await recallOf(large, store);
  const server = await serveSearch({ SOUNDALIKE_HOME: large.home, VECTOR_STORE_URL: store.url });
  const connection = connect(server.url);
  try {
    const step = large.tracks.length / queries;
    const ids = Array.from({ length: queries }, (_, at) => large.tracks[Math.floor(at * step)].contentId);
    const files = Array.from(
      { length: Math.round(queries * FILE_SHARE) },
      (_, at) => excerpts[at % excerpts.length],
    );
    const kinds = [
      ['track id', ids, (id) => connection.byTrack(id)],
      ['10 s file', files, ({ content }) => connection.byFile(content)],
    ];
    const rows = [];
    let found = 0;
    for (const [name, all, ask] of kinds) {
      for (const one of all.slice(0, WARM_UP)) await ask(one);
      const measured = [];
      for (const one of all) {
        const { status, ms: took, body } = await ask(one);
        const answer = JSON.parse(body);
        if (status !== 200) throw new Error(`${status}: ${body}`);
        measured.push({ took, timings: answer.explain.timings });
        const [best] = answer.results;
        if (one.externalId && best?.externalId === one.externalId && best.verdict === 'same-recording')
          found += 1;
      }
      rows.push([name, measured.length, ...timesOf(measured)]);
      note(`${kind}: ${name} done`);
    }
    console.log(`\n### ${clips} clips in ${kind} (${store.index.clips}), one connection\n`);
    console.log(
      `Recall against exact search over ${recalled.windows} windows: nearest 10 clips ${recalled.at10.toFixed(3)}, nearest 100 clips ${recalled.at100.toFixed(3)}. Files found as the same recording: ${found} of ${files.length}.\n`,
    );
    console.log(table(['by', 'queries', ...STAGES, 'rest', 'p50 ms', 'p95 ms', 'p99 ms'], rows));
  } finally {
    connection.close();
    await server.stop();
  }
};

const recallOf = async (large, { url }) => {
  const database = await openVectorDatabase(url, { readOnly: true });
  try {
    const store = await database.openSpace(large.space);
    const { clips } = await store.counts();
    return { clips, recalled: await measureRecall(large, store) };
  } finally {
    await database.close();
  }
};

/** Medians of the stages, what the server and the wire add to them, and quantiles of the whole. */
const timesOf = (measured) => {
  const stage = (name) => measured.map(({ timings }) => timings[name] ?? 0);
  const rest = measured.map(
    ({ took, timings }) => took - Object.values(timings).reduce((sum, value) => sum + value, 0),
  );
  const whole = measured.map(({ took }) => took);
  return [
    ...[...STAGES.map(stage), rest].map((values) => ms(quantile(values, 0.5))),
    ...[0.5, 0.95, 0.99].map((share) => ms(quantile(whole, share))),
  ];
};
