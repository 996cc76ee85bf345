import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { multipart } from './server.fixture.ts';
import { type CliRun, cli, SAMPLES, sickFfmpeg, startCli, waitUntil } from './server-path.fixture.ts';

/** The served command line when clients leave, when too many come, and when it is told to stop. */
const home = temporaryFolder('serve-ends');
const song = join(home, 'music/song.opus');
const env: Record<string, string> = {
  SOUNDALIKE_HOME: home,
  MODEL: 'untrained',
  EMBED_PROCESSES: '1',
  MAX_SEARCHES: '1',
  KEYS: 'off',
};
/** Decoding of an upload writes this file, then takes so many seconds. */
const SLOW = 2;
const begun = join(home, 'begun');
const temporary = join(home, 'temporary');

beforeAll(async () => {
  mkdirSync(join(home, 'music'));
  const artist = join(SAMPLES, 'catalogue/Clavier Hallam');
  copyFileSync(join(artist, readdirSync(artist)[0] as string), song);
  expect((await cli(['ingest', join(home, 'music')], env)).code).toBe(0);
  env.FFMPEG_PATH = await sickFfmpeg(home, `*upload-*f32le*) echo x >> ${begun}; sleep ${SLOW} ;;`);
}, 120_000);

const started: CliRun[] = [];
afterEach(async () => {
  for (const run of started.splice(0)) await run.kill();
});

/** Uploads that lie on disk. */
const kept = () => (existsSync(temporary) ? readdirSync(temporary) : []);

/** How many uploads have come to their decoding. */
const decodings = () => {
  try {
    return readFileSync(begun).length / 2;
  } catch {
    return 0;
  }
};

const startServe = async (settings = env): Promise<CliRun & { url: string }> => {
  const run = startCli(['serve', '--port', '0', '--json'], settings);
  started.push(run);
  await waitUntil('the server', () => run.stdout().includes('}'), 60_000, run.words);
  return { ...run, url: JSON.parse(run.stdout()).url };
};

interface Call {
  readonly call: ClientRequest;
  readonly answer: Promise<{ status: number; body: string; retryAfter: string | undefined }>;
}

/** Uploads the song to search with its beginning; or only the first `bytes` of the body. */
const upload = (url: string, bytes?: number): Call => {
  const { payload, headers } = multipart([
    { name: 'request', content: JSON.stringify({ seeds: [{ upload: 'clip', to: 4 }] }) },
    { name: 'clip', filename: 'clip.opus', content: readFileSync(song) },
  ]);
  return send(url, headers['content-type'], payload.subarray(0, bytes), payload.length);
};

/** Sends a body that says it has so many bytes. */
const send = (url: string, type: string, body: Buffer, bytes: number): Call => {
  const call = request(`${url}/v1/search`, {
    method: 'POST',
    headers: { 'content-type': type, 'content-length': bytes },
  });
  const answer = new Promise<Awaited<Call['answer']>>((resolve, reject) => {
    call.on('error', reject);
    call.on('response', (reply) => {
      let text = '';
      reply.on('data', (chunk) => {
        text += chunk;
      });
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, body: text, retryAfter: reply.headers['retry-after'] }),
      );
    });
  });
  if (body.length === bytes) call.end(body);
  else call.write(body);
  return { call, answer };
};

/** Log lines of the run, parsed. */
const linesOf = (run: CliRun): { level: number; code?: string; msg?: string }[] =>
  run
    .words()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

test('clients that leave while they send or while they wait are no errors of the server', async () => {
  const run = await startServe();
  const cancelled = () =>
    linesOf(run)
      .filter(({ msg }) => msg === 'request failed')
      .map(({ level, code }) => `${level} ${code}`);
  const leave = async ({ call, answer }: Call) => {
    const before = cancelled().length;
    call.destroy();
    await expect(answer).rejects.toThrow();
    await waitUntil('its log line', () => cancelled().length > before, 20_000, run.words);
  };
  const sending = upload(run.url, 20_000);
  await waitUntil('the upload to be under way', () => kept().length === 1, 20_000);
  await leave(sending);

  const incoming = () => linesOf(run).filter(({ msg }) => msg === 'incoming request').length;
  const known = incoming();
  const json = send(run.url, 'application/json', Buffer.from('{"seeds":[{"track'), 100);
  await waitUntil('it to arrive', () => incoming() > known, 20_000, run.words);
  await leave(json);

  const before = decodings();
  const waiting = upload(run.url);
  await waitUntil('its decoding', () => decodings() > before, 30_000, run.words);
  await leave(waiting);
  expect(cancelled()).toEqual(['30 CANCELLED', '30 CANCELLED', '30 CANCELLED']);
  expect(linesOf(run).filter(({ level }) => level >= 50)).toEqual([]);
  await waitUntil('the uploads to go', () => kept().length === 0, 20_000);
}, 120_000);

test('an upload too many gets 429 and is told when to come again; SIGTERM lets the one in hand finish, then ends with 0', async () => {
  const run = await startServe();
  // Starts the network, which takes longer than a search.
  expect((await upload(run.url).answer).status).toBe(200);
  const before = decodings();
  const first = upload(run.url);
  await waitUntil('its decoding', () => decodings() > before, 30_000, run.words);
  const refused = await upload(run.url).answer;
  expect(refused).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^\d+$/) });
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429 });

  run.child.kill('SIGTERM');
  await waitUntil('it to stop', () => linesOf(run).some(({ msg }) => msg === 'stopping'), 20_000, run.words);
  await expect(fetch(`${run.url}/healthz`)).rejects.toThrow();
  const { status, body } = await first.answer;
  expect(status).toBe(200);
  expect(JSON.parse(body).query[0].durationSeconds).toBeCloseTo(4, 1);
  expect(await run.ended).toBe(0);
  expect(linesOf(run).filter(({ level }) => level >= 50)).toEqual([]);
}, 120_000);

test('what does not finish in time is cut off, and it still ends with 0', async () => {
  const stuck = {
    ...env,
    FFMPEG_PATH: await sickFfmpeg(
      temporaryFolder('stuck'),
      `*upload-*f32le*) echo x >> ${begun}; exec sleep 600 ;;`,
    ),
  };
  const run = await startServe(stuck);
  const before = decodings();
  const first = upload(run.url);
  await waitUntil('its decoding', () => decodings() > before, 30_000, run.words);
  run.child.kill('SIGTERM');
  await expect(first.answer).rejects.toThrow();
  expect(await run.ended).toBe(0);
}, 120_000);
