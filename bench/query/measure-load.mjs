import { serveSearch } from '../../scripts/screenshots/serve.mjs';
import { connect } from './ask.mjs';
import { ms, quantile, readMetrics, table } from './figures.mjs';

/** Connections that ask by track id and by file, each again as soon as it has its answer. */
const CONNECTIONS = { byTrack: 32, byFile: 4 };

/** Before it counts: the network is started, files are in the page cache, code is compiled, seconds. */
const WARM_UP = 3;

/** Both kinds of queries at once against the served app; prints times, errors and what the event loop says. */
export const measureLoad = async ({ home, excerpts, seconds }) => {
  const server = await serveSearch({ SOUNDALIKE_HOME: home });
  try {
    const { tracks } = await (await fetch(`${server.url}/v1/tracks?limit=100`)).json();
    const ids = tracks.map(({ trackId }) => trackId);
    await ask(server.url, ids, excerpts, WARM_UP);
    // Reading sets the event loop's gauges back: they tell of the time from here on.
    const before = await readMetrics(server.url);
    const cpuBefore = process.cpuUsage();
    const { byTrack, byFile } = await ask(server.url, ids, excerpts, seconds);
    const cpu = process.cpuUsage(cpuBefore);
    const after = await readMetrics(server.url);
    console.log(
      `\n### ${CONNECTIONS.byTrack} connections by track id, ${CONNECTIONS.byFile} by 10 s file, ${seconds} s, ${ids.length} tracks\n`,
    );
    console.log(
      table(
        ['queries', 'answered', 'a second', 'p50 ms', 'p95 ms', 'p99 ms', 'errors'],
        [
          ['by track id', byTrack],
          ['by 10 s file', byFile],
        ].map(([name, { times, errors }]) => [
          name,
          times.length,
          (times.length / seconds).toFixed(1),
          ...[0.5, 0.95, 0.99].map((share) => ms(quantile(times, share))),
          errors,
        ]),
      ),
    );
    const gauge = (name) => `${ms((after.get(name) ?? Number.NaN) * 1000)} ms`;
    const spent =
      (after.get('process_cpu_seconds_total') ?? 0) - (before.get('process_cpu_seconds_total') ?? 0);
    console.log(
      `\nEvent loop of the server, late by: p50 ${gauge('nodejs_eventloop_lag_p50_seconds')}, p99 ${gauge('nodejs_eventloop_lag_p99_seconds')}, at most ${gauge('nodejs_eventloop_lag_max_seconds')}.`,
    );
    console.log(
      `Processor time: server ${spent.toFixed(0)} s (without its network), this client ${((cpu.user + cpu.system) / 1e6).toFixed(0)} s.`,
    );
    console.log(`\n${stageTable(before, after)}`);
  } finally {
    await server.stop();
  }
};

/** Keeps all connections asking for so long. */
const ask = async (url, ids, excerpts, seconds) => {
  const until = performance.now() + seconds * 1000;
  const measured = {
    byTrack: { times: [], errors: 0 },
    byFile: { times: [], errors: 0 },
  };
  let next = 0;
  const run = async (kind) => {
    const connection = connect(url);
    while (performance.now() < until) {
      const at = next++;
      try {
        const { status, ms: took } = await (kind === 'byTrack'
          ? connection.byTrack(ids[at % ids.length])
          : connection.byFile(excerpts[at % excerpts.length].content));
        if (status === 200) measured[kind].times.push(took);
        else measured[kind].errors += 1;
      } catch {
        measured[kind].errors += 1;
      }
    }
    connection.close();
  };
  await Promise.all(
    Object.entries(CONNECTIONS).flatMap(([kind, count]) => Array.from({ length: count }, () => run(kind))),
  );
  return measured;
};

/** Mean time of each stage over both kinds, from the histograms of /metrics. */
const stageTable = (before, after) => {
  const rows = [];
  for (const [series, sum] of after) {
    const stage = /^soundalike_search_stage_seconds_sum\{stage="(\w+)"\}/.exec(series)?.[1];
    if (!stage) continue;
    const counts = series.replace('_sum', '_count');
    const count = (after.get(counts) ?? 0) - (before.get(counts) ?? 0);
    if (count > 0) rows.push([stage, count, ms(((sum - (before.get(series) ?? 0)) / count) * 1000)]);
  }
  return table(['stage', 'times', 'mean ms'], rows);
};
