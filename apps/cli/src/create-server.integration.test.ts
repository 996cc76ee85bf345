import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';
import { multipart, startTestServer, type TestServer, TRACKS } from './server.fixture.ts';

/** Loopback as well, but not the address that everything else here listens at. */
const ELSEWHERE = '127.0.0.2';

let server: TestServer;
/** A server of somebody else that links may lead to. */
let elsewhere: Server;
beforeAll(async () => {
  server = await startTestServer({ ALLOW_FETCH: ELSEWHERE });
  elsewhere = createServer((request, response) => {
    if (request.url !== '/song.opus')
      return void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('<h1>secret</h1>');
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(readFileSync(join(server.music, TRACKS[1][1])));
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, ELSEWHERE, resolve));
}, 120_000);
afterAll(async () => {
  elsewhere?.close();
  await server?.close();
});

const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ url, headers: { host: 'localhost', ...headers } });
const search = (payload: unknown) =>
  server.app.inject({
    method: 'POST',
    url: '/v1/search',
    headers: { host: 'localhost' },
    payload: payload as object,
  });

/** Eight seconds of a track from 5 s on, as MP3. */
const excerpt = async (path: string): Promise<Buffer> => {
  const target = join(temporaryFolder('excerpt'), 'a.mp3');
  execFileSync(await findFfmpeg(), [
    '-v',
    'error',
    '-ss',
    '5',
    '-t',
    '8',
    '-i',
    path,
    '-b:a',
    '128k',
    target,
  ]);
  return readFileSync(target);
};

/** Uploads are removed when the answer is out: a moment later. */
const untilNoUploads = async () => {
  const folder = join(server.context.config.home, 'temporary');
  for (let i = 0; i < 100 && readdirSync(folder).length > 0; i++) await sleep(20);
  expect(readdirSync(folder)).toEqual([]);
};

describe('searching', () => {
  test('an uploaded excerpt finds its track; nothing is left on disk', async () => {
    const content = await excerpt(join(server.music, TRACKS[0][1]));
    const request = JSON.stringify({ seeds: [{ upload: 'clip' }], limit: 3 });
    for (const type of [undefined, 'application/json']) {
      const reply = await server.app.inject({
        method: 'POST',
        url: '/v1/search',
        ...multipart([
          { name: 'clip', filename: 'a.mp3', type: 'audio/mpeg', content },
          { name: 'request', type, content: request },
        ]),
      });
      expect(reply.statusCode).toBe(200);
      // The untrained network knows its own tracks again; verdicts are for trained ones.
      const [best, second] = reply.json().results;
      expect(best).toMatchObject({ externalId: 'T-1', title: 'Lesser Gigue' });
      expect(best.similarity).toBeGreaterThan(second?.similarity ?? 0);
      expect(best.matches[0].queryTo).toBeLessThanOrEqual(8.1);
    }
    await untilNoUploads();
  }, 60_000);

  test('files alone are seeds', async () => {
    const content = await excerpt(join(server.music, TRACKS[4][1]));
    const reply = await server.app.inject({
      method: 'POST',
      url: '/v1/search',
      ...multipart([{ name: 'file', filename: 'ä.mp3', content }]),
    });
    expect(reply.json().results[0].externalId).toBe('T-5');
  }, 60_000);

  test('by track id and own id; the track itself is no answer', async () => {
    const byOwn = await search({ seeds: [{ trackId: 'T-1' }], limit: 4, belowFloor: true });
    expect(byOwn.statusCode).toBe(200);
    const ids = byOwn.json().results.map(({ externalId }: { externalId: string }) => externalId);
    expect(ids).toHaveLength(4);
    expect(ids).not.toContain('T-1');
    const similar = await get('/v1/tracks/T-1/similar?limit=4');
    expect(similar.json().results).toEqual(
      byOwn.json().results.filter(({ verdict }: { verdict: string }) => verdict !== 'nothing-close'),
    );
  });

  test('adds and subtracts seeds, leaves out artists, caps them, and explains itself', async () => {
    type Found = {
      externalId: string;
      artist: string;
      similarity: number;
      strip: number[];
      explain?: object[];
    };
    const find = async (request: object) => {
      const reply = await search({ limit: 5, belowFloor: true, ...request });
      expect(reply.statusCode).toBe(200);
      return reply.json() as { results: Found[]; query: object[]; explain?: object };
    };
    const similarity = ({ results }: { results: Found[] }, id: string) =>
      results.find(({ externalId }) => externalId === id)?.similarity ?? Number.NaN;
    const plain = await find({ seeds: [{ trackId: 'T-3' }] });
    const less = await find({ seeds: [{ trackId: 'T-3' }, { trackId: 'T-1', weight: -1 }] });
    // T-2 is T-1's neighbour: less like T-1 pushes it further than T-5.
    const pushed = (id: string) => similarity(plain, id) - similarity(less, id);
    expect(pushed('T-2')).toBeGreaterThan(pushed('T-5'));
    expect(less.results.map(({ externalId }) => externalId)).not.toContain('T-1');

    const others = await find({ seeds: [{ trackId: 'T-1' }], excludeSeedArtist: true, explain: true });
    expect(others.results.map(({ artist }) => artist)).not.toContain('Clavier Hallam');
    expect(others.results).toHaveLength(3);
    expect(others.query).toEqual([{ from: 0, durationSeconds: expect.any(Number), peaks: [] }]);
    expect(others.results[0]?.strip.length).toBeGreaterThan(5);
    expect(others.results[0]?.explain).toEqual([expect.objectContaining({ weight: 1 })]);
    expect(others.explain).toMatchObject({ tracks: 5, candidates: 3 });

    const capped = await find({ seeds: [{ trackId: 'T-4' }], artistCap: 1 });
    expect(capped.results.filter(({ artist }) => artist === 'Clavier Hallam')).toHaveLength(1);
    const passage = await find({ seeds: [{ trackId: 'T-3', from: 10, to: 20 }] });
    expect(passage.query).toEqual([
      { from: expect.closeTo(8, -1), durationSeconds: expect.closeTo(12, -1), peaks: [] },
    ]);
  });

  test('says why nothing is found: no track passes the filter, or none of those that do is close', async () => {
    const seeds = [{ trackId: 'T-1' }];
    const none = (await search({ seeds, filter: { genre: 'polka' }, belowFloor: true })).json();
    expect(none).toMatchObject({ verdict: 'nothing-close', reason: 'no-track-passes', results: [] });
    const far = (await search({ seeds, filter: { genre: 'metal' }, mode: 'same-recording' })).json();
    expect(far).toMatchObject({ verdict: 'nothing-close', results: [] });
    expect(far).not.toHaveProperty('reason');
  });

  test.each([
    [{}, 400, 'INPUT_INVALID'],
    [{ seeds: [] }, 400, 'INPUT_INVALID'],
    [{ seeds: [{ trackId: 'T-1', url: 'http://x.example/' }] }, 400, 'INPUT_INVALID'],
    [{ seeds: [{ trackId: 'T-1' }], surprise: 1 }, 400, 'INPUT_INVALID'],
    [{ seeds: [{ upload: 'none' }] }, 400, 'INPUT_INVALID'],
    [{ seeds: [{ trackId: 'none' }] }, 404, 'TRACK_NOT_FOUND'],
    [{ seeds: [{ url: 'http://127.0.0.1:9/' }] }, 403, 'SOURCE_FORBIDDEN'],
  ])('%j is refused with %d %s', async (payload, status, code) => {
    const reply = await search(payload);
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(reply.json()).toMatchObject({ status, code });
  });
});

describe('links', () => {
  const link = (path: string) => `http://${ELSEWHERE}:${(elsewhere.address() as AddressInfo).port}${path}`;
  const linkAudio = (payload: object) =>
    server.app.inject({ method: 'POST', url: '/v1/link-audio', headers: { host: 'localhost' }, payload });

  test('a link is a seed, and its audio is passed on for playing: as bytes to keep, never as a page', async () => {
    const found = await search({ seeds: [{ url: link('/song.opus'), to: 8 }], belowFloor: true });
    expect(found.json().results[0]).toMatchObject({ externalId: 'T-2' });
    const audio = await linkAudio({ url: link('/song.opus') });
    expect(audio.statusCode).toBe(200);
    expect(audio.rawPayload.equals(readFileSync(join(server.music, TRACKS[1][1])))).toBe(true);
    expect(audio.headers).toMatchObject({
      'content-type': 'audio/ogg',
      'content-disposition': 'attachment',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    await untilNoUploads();
  }, 60_000);

  test.each([
    ['what is no audio', () => ({ url: link('/page') }), 422, 'AUDIO_UNDECODABLE'],
    ['a forbidden place', () => ({ url: 'http://127.0.0.1:9/a.mp3' }), 403, 'SOURCE_FORBIDDEN'],
    ['a file of this host', () => ({ url: 'file:///etc/passwd' }), 400, 'INPUT_INVALID'],
    ['more than it asks for', () => ({ url: link('/song.opus'), range: 'all' }), 400, 'INPUT_INVALID'],
  ])('%s is refused', async (_what, payload, status, code) => {
    const reply = await linkAudio(payload());
    expect(reply.json()).toMatchObject({ status, code });
    expect(reply.body).not.toContain('secret');
    await untilNoUploads();
  });
});

describe('the catalogue', () => {
  test('lists, pages, filters and finds by text', async () => {
    const titles: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { tracks: { title: string }[]; nextCursor: string | null } = (
        await get(`/v1/tracks?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)
      ).json();
      titles.push(...page.tracks.map(({ title }) => title));
      cursor = page.nextCursor;
    }
    expect(titles.sort()).toEqual(TRACKS.map(([, , title]) => title).sort());
    const only = async (query: string) =>
      (await get(`/v1/tracks?${query}`))
        .json()
        .tracks.map((track: { externalId: string }) => track.externalId);
    expect(await only('q=gigue')).toEqual(['T-1']);
    expect(await only('tag=calm')).toEqual(['T-4']);
    expect((await only('yearFrom=2004&yearTo=2011')).sort()).toEqual(['T-3', 'T-5']);
  });

  test('shows one track, and says what there is', async () => {
    expect((await get('/v1/tracks/T-4')).json()).toMatchObject({
      externalId: 'T-4',
      title: '雪の駅',
      tags: ['calm', 'electronic'],
      year: 2016,
    });
    expect((await get('/v1/tracks/none')).statusCode).toBe(404);
    const stats = (await get('/v1/stats')).json();
    expect(stats).toMatchObject({
      catalogue: 'default',
      tracks: 5,
      model: { name: 'untrained', trained: false },
    });
    expect(stats.audioSeconds).toBeGreaterThan(100);
  });
});

describe('exports', () => {
  const post = (url: string, payload: object) =>
    server.app.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });

  test('what a search finds and any list of tracks come as a playlist that plays, a table and JSON', async () => {
    const request = { seeds: [{ trackId: 'T-3' }], belowFloor: true };
    const found = (await search(request)).json();
    const ids: string[] = found.results.map(({ trackId }: { trackId: string }) => trackId);
    const playlist = await post('/v1/search/export?format=m3u8', request);
    expect(playlist.headers).toMatchObject({
      'content-type': 'audio/x-mpegurl; charset=utf-8',
      'content-disposition': 'attachment; filename="soundalike.m3u8"',
    });
    const paths = playlist.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(paths).toHaveLength(ids.length);
    for (const path of paths) expect(existsSync(path)).toBe(true);

    const table = await post('/v1/tracks/export?format=csv', { trackIds: ids });
    expect(table.body.trim().split('\r\n')).toHaveLength(ids.length + 1);
    const list = (await post('/v1/tracks/export?format=json', { trackIds: ids })).json();
    expect(list.tracks.map(({ trackId }: { trackId: string }) => trackId)).toEqual(ids);
    expect((await post('/v1/tracks/export?format=pdf', { trackIds: ids })).statusCode).toBe(400);
    expect((await post('/v1/tracks/export?format=csv', { trackIds: ['none'] })).statusCode).toBe(404);
  });

  test('vectors are unit vectors, one for each clip', async () => {
    const { clips, space } = (await get('/v1/tracks/T-3/vectors')).json();
    expect(space).toMatch(/^[0-9a-f]{16}$/);
    expect(clips.length).toBeGreaterThan(5);
    for (const { vector } of clips as { vector: number[] }[]) {
      expect(vector).toHaveLength(512);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 3);
    }
  });
});

describe('audio', () => {
  const url = '/v1/tracks/T-3/audio';
  const whole = () => readFileSync(join(server.music, TRACKS[2][1]));

  test('whole and in ranges', async () => {
    const all = await get(url);
    expect(all.statusCode).toBe(200);
    expect(all.headers).toMatchObject({ 'content-type': 'audio/ogg', 'accept-ranges': 'bytes' });
    expect(all.rawPayload.equals(whole())).toBe(true);
    const part = await get(url, { range: 'bytes=100-199' });
    expect(part.statusCode).toBe(206);
    expect(part.headers['content-range']).toBe(`bytes 100-199/${whole().length}`);
    expect(part.rawPayload.equals(whole().subarray(100, 200))).toBe(true);
    expect((await get(url, { range: 'bytes=-50' })).rawPayload.equals(whole().subarray(-50))).toBe(true);
    expect((await get(url, { range: 'bytes=0-', 'if-range': '"old"' })).statusCode).toBe(200);
    const beyond = await get(url, { range: 'bytes=99999999-' });
    expect(beyond.statusCode).toBe(416);
    expect(beyond.headers['content-range']).toBe(`bytes */${whole().length}`);
    expect(beyond.json()).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE' });
    expect((await get(url, { 'if-none-match': String(all.headers.etag) })).statusCode).toBe(304);
    const head = await server.app.inject({ method: 'HEAD', url, headers: { host: 'localhost' } });
    expect(head.headers['content-length']).toBe(String(whole().length));
    expect(head.rawPayload).toHaveLength(0);
  });

  test('a link that leads out of the root is refused, without a path of this host', async () => {
    const path = join(server.music, TRACKS[3][1]);
    rmSync(path);
    const secret = join(temporaryFolder('secret'), 'secret.opus');
    writeFileSync(secret, 'secret');
    symlinkSync(secret, path);
    const reply = await get('/v1/tracks/T-4/audio');
    expect(reply.statusCode).toBe(403);
    expect(reply.json()).toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    expect(reply.body).not.toContain(server.music);
    rmSync(path);
    expect((await get('/v1/tracks/T-4/audio')).statusCode).toBe(404);
  });
});

describe('every answer', () => {
  test('comes only under the names of this server, to its own pages', async () => {
    for (const url of ['/v1/stats', '/nothing', '/', '/docs/', '/openapi.json']) {
      expect((await get(url, { host: 'evil.example' })).statusCode).toBe(403);
      expect((await get(url, { origin: 'http://evil.example' })).statusCode).toBe(403);
      expect((await get(url, { origin: 'null' })).statusCode).toBe(403);
    }
    expect(
      (await get('/v1/stats', { host: 'localhost:7700', origin: 'http://localhost:7700' })).statusCode,
    ).toBe(200);
  });

  test('the description lists every route with its problems', async () => {
    const { openapi, paths } = (await get('/openapi.json')).json();
    expect(openapi).toBe('3.1.0');
    for (const [path, methods] of Object.entries(
      paths as Record<string, Record<string, { responses: object }>>,
    ))
      for (const [method, { responses }] of Object.entries(methods))
        expect([path, method, Object.keys(responses)]).toEqual([
          path,
          method,
          expect.arrayContaining(['400', '403', '500']),
        ]);
    expect(Object.keys(paths['/v1/search'].post.requestBody.content)).toEqual([
      'application/json',
      'multipart/form-data',
    ]);
    const { content } = paths['/v1/ingest'].post.requestBody;
    expect(Object.keys(content)).toEqual(
      expect.arrayContaining(['application/json', 'text/csv', 'application/x-ndjson', 'multipart/form-data']),
    );
    expect(content['application/json'].schema.required).toEqual(['items']);
    expect(Object.keys(paths['/v1/search'].post.responses['404'].content)).toEqual([
      'application/problem+json',
    ]);
  });

  test('what is not there is a problem, and the server says when it is ready', async () => {
    expect((await get('/v1/nothing')).json()).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    expect((await get('/v1/tracks/%zz', { host: 'evil.example' })).json()).toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect((await get('/readyz')).json()).toEqual({ status: 'ready' });
  });
});
