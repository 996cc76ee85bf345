import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFfmpeg, runFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const PROJECT_ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const CLI = join(PROJECT_ROOT, 'apps/cli/dist/main.js');
const SAMPLES = join(PROJECT_ROOT, 'samples');

/** Two or three tracks of several artists: enough for genres, filters and a map, and quick to embed. */
const EVERY = 8;

export interface PageServer {
  readonly url: string;
  /** The tracks of the catalogue, as the manifest has them. */
  readonly rows: readonly { id: string; path: string; title: string; genre: string }[];
  stop(): Promise<void>;
}

/** The built command line serving the built page over freshly ingested samples. */
export const startPageServer = async (): Promise<PageServer> => {
  const home = temporaryFolder('page');
  const [head = '', ...lines] = readFileSync(join(SAMPLES, 'manifest.csv'), 'utf8').trim().split('\n');
  const kept = lines.filter((_, index) => index % EVERY === 0);
  const manifest = join(home, 'some.csv');
  writeFileSync(manifest, [head, ...kept].join('\n').replaceAll(',catalogue/', `,${SAMPLES}/catalogue/`));
  return {
    ...(await serveSource(manifest, home)),
    rows: kept.map((line) => {
      const [id = '', path = '', title = '', , , genre = ''] = line.split(',');
      return { id, path: join(SAMPLES, path), title, genre };
    }),
  };
};

/** The same over what a source holds, ingested into a data folder. */
export const serveSource = async (source: string, home: string): Promise<Omit<PageServer, 'rows'>> => {
  if (!existsSync(join(PROJECT_ROOT, 'apps/query/dist-web/index.html')))
    throw new Error('The page is not built: npm run build');
  const env = { ...process.env, SOUNDALIKE_HOME: home, LOG_LEVEL: 'error', ALLOW_FETCH: '127.0.0.1' };
  await promisify(execFile)(process.execPath, [CLI, 'ingest', source], { env });
  return serve(env);
};

/** Serves a data folder that asks for keys; `makeKey` makes one as an operator does. */
export const serveWithKeys = async (home: string) => {
  const env = { ...process.env, SOUNDALIKE_HOME: home, LOG_LEVEL: 'error', KEYS: 'required' };
  const makeKey = async (scope: string): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [CLI, 'keys', 'create', '--name', scope, '--scope', scope, '--json'],
      { env },
    );
    return JSON.parse(stdout).key;
  };
  const keys = { search: await makeKey('search'), ingest: await makeKey('ingest') };
  return { ...(await serve(env)), keys };
};

const serve = async (env: NodeJS.ProcessEnv): Promise<Omit<PageServer, 'rows'>> => {
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    url: await urlOf(child),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
};

const urlOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /"url":\s*"([^"]+)"/.exec(output)?.[1];
      if (url) resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('exit', (code) => reject(new Error(`serve ended (${code}): ${output}`)));
  });

/** Part of a file in another coding, made for a test. */
export const cut = async (path: string, from: number, seconds: number, name: string): Promise<string> => {
  const target = join(temporaryFolder('cut'), name);
  const { exitCode, words } = await runFfmpeg({
    ffmpeg: await findFfmpeg(process.env.FFMPEG_PATH),
    arguments: ['-v', 'error', '-ss', `${from}`, '-t', `${seconds}`, '-i', path, target],
    timeoutMs: 60_000,
  });
  if (exitCode !== 0) throw new Error(words);
  return target;
};

/** Debian's Chromium, or the one that CHROMIUM_PATH names. A missing one fails: the page is not tested without. */
export const startBrowser = (extra: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--disable-background-networking',
      '--autoplay-policy=no-user-gesture-required',
      ...extra,
    ],
  });

export interface WatchedPage {
  readonly page: Page;
  /** Errors of the console and of scripts, and requests to other origins. */
  readonly complaints: string[];
}

/** Opens an address and notes everything that must not happen. */
export const openPage = async (
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(url).origin)
      complaints.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
};

const AXE = join(PROJECT_ROOT, 'node_modules/axe-core/axe.min.js');

/** Serious and critical violations that axe-core finds, as text. */
export const violationsOf = async (page: Page): Promise<string[]> => {
  // Evaluated rather than added as a script element: the page's policy takes no foreign script.
  await page.evaluate(readFileSync(AXE, 'utf8'));
  return page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe;
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
};

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
}
