import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSource, runIngest } from '@soundalike/ingest';
import { createWorkMetrics } from '@soundalike/ingest/metrics';
import { ingestDeps, workFacts } from './ingest-deps.ts';
import { multipart, startTestServer, type TestServer, TRACKS } from './server.fixture.ts';

const INFRA = join(__dirname, '../../../infra');
const RULES = join(INFRA, 'prometheus/rules.yml');
const DASHBOARD = join(INFRA, 'grafana/dashboards/soundalike.json');

/** Runs promtool and gives what it said. @throws where it complains, or is not there */
const promtool = (...args: string[]): string => {
  try {
    return execFileSync('promtool', args, {
      cwd: join(INFRA, 'prometheus'),
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: string; stdout?: string; stderr?: string };
    if (code === 'ENOENT') throw new Error('promtool is missing. Install it: apt-get install prometheus');
    throw new Error(`promtool ${args.join(' ')}:\n${stdout}${stderr}`);
  }
};

describe('alert rules and configuration', () => {
  test('promtool accepts the rules and the configuration', () => {
    expect(promtool('check', 'rules', 'rules.yml')).toContain('SUCCESS');
    expect(promtool('check', 'config', '--syntax-only', 'prometheus.yml')).toContain('SUCCESS');
  });

  test('the rules fire when they should and only then', () => {
    expect(promtool('test', 'rules', 'rules.test.yml')).toContain('SUCCESS');
  }, 30_000);
});

describe('metrics of the product', () => {
  let server: TestServer;
  let text: string;
  let windows: number;
  beforeAll(async () => {
    server = await startTestServer();
    const { context } = server;
    const { deps, concurrency } = await ingestDeps(context);
    const observer = createWorkMetrics(await context.metrics('serve'), workFacts(deps));
    await runIngest({
      source: await openSource({
        argument: join(server.music, 'manifest.csv'),
        workingDirectory: '/',
        catalogue: deps.catalogue,
        roots: {},
      }),
      deps: { ...deps, observer },
      concurrency,
      queue: await context.queue(),
      catalogueName: 'default',
      force: true,
      signal: new AbortController().signal,
    });
    const clip = readFileSync(join(server.music, TRACKS[0][1]));
    const search = multipart([
      { name: 'request', content: JSON.stringify({ seeds: [{ upload: 'clip', to: 6 }] }) },
      { name: 'clip', filename: 'clip.opus', content: clip },
    ]);
    const found = await server.app.inject({ method: 'POST', url: '/v1/search', ...search });
    expect(found.statusCode).toBe(200);
    windows = found.json().results[0].strip.length;
    // What an answer took is counted after it.
    await server.app.inject({ url: '/metrics', headers: { host: 'localhost' } });
    const response = await server.app.inject({ url: '/metrics', headers: { host: 'localhost' } });
    expect(response.headers['content-type']).toMatch(/^text\/plain/);
    text = response.body;
  }, 120_000);
  afterAll(() => server?.close());

  test('count what was done', () => {
    expect(sampleOf('soundalike_items_total{outcome="done"}')).toBe(5);
    expect(sampleOf('soundalike_items{state="indexed"}')).toBe(5);
    expect(sampleOf('soundalike_queue_up')).toBe(1);
    expect(sampleOf('soundalike_queue_jobs{state="waiting"}')).toBe(0);
    expect(sampleOf('soundalike_active_items')).toBe(0);
    expect(sampleOf('soundalike_workers{state="gone"}')).toBe(0);
    expect(sampleOf('soundalike_stage_seconds_count{stage="fetch"}')).toBe(5);
    expect(text).toMatch(/soundalike_provider_info\{provider="cpu",asked="auto",model="untrained"/);
    expect(text).toMatch(/soundalike_build_info\{role="serve",version="\d/);
  });

  test('tell what a search spends its time on, what the store takes, and what waits for the network', () => {
    for (const stage of ['decode', 'embed', 'read', 'filter', 'retrieve', 'align', 'judge'])
      expect([stage, sampleOf(`soundalike_search_stage_seconds_count{stage="${stage}"}`)]).toEqual([
        stage,
        1,
      ]);
    expect(text).toMatch(/^soundalike_searches_total\{verdict="[a-z-]+"\} 1$/m);
    for (const operation of ['searchClips', 'searchTracks', 'clipsOfRevisions'])
      expect([
        operation,
        sampleOf(`soundalike_store_seconds_count{operation="${operation}",outcome="ok"}`),
      ]).toEqual([operation, 1]);
    expect(windows).toBeGreaterThan(1);
    expect(sampleOf('soundalike_embedded_windows_total')).toBe(windows);
    expect(sampleOf('soundalike_embed_windows_in_hand')).toBe(0);
    expect(sampleOf('soundalike_embed_seconds_count')).toBe(1);
    expect(
      sampleOf('soundalike_http_request_seconds_count{method="POST",route="/v1/search",status="200"}'),
    ).toBe(1);
  });

  test('every name that rules and dashboard use is one of them', () => {
    const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
      panels: { targets: { expr: string }[] }[];
    };
    const expressions = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...readFileSync(RULES, 'utf8')
        .split(/^\s+- alert:/m)
        .slice(1),
    ].join('\n');
    const used = new Set(expressions.match(/\b(soundalike|nodejs|process)_[a-z0-9_]+/g));
    // The server that Prometheus asks, not the product, makes `up`.
    expect(used.size).toBeGreaterThan(15);
    const missing = [...used].filter(
      (name) => !new RegExp(`^${name}(\\{| )`, 'm').test(`${text}\n${described(text)}`),
    );
    expect(missing).toEqual([]);
  });

  test('promtool finds nothing wrong with our own', () => {
    const own = text
      .split('\n')
      .filter((line) => /^(# (HELP|TYPE) )?soundalike_/.test(line))
      .join('\n');
    execFileSync('promtool', ['check', 'metrics'], { input: `${own}\n`, stdio: 'pipe' });
  });

  const sampleOf = (series: string): number | undefined => {
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
});

/** Names that exist without a value so far, such as counters by code: those of `# TYPE` lines. */
const described = (text: string): string =>
  [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => `${name} `).join('\n');
