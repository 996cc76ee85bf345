import { freePort } from '@soundalike/testing';
import { openVectorDatabase } from '../index.ts';
import { failureOf, statusFailure } from './failure.ts';
import { parseMilvusUrl } from './milvus-url.ts';

describe('Milvus that is not there', () => {
  test('is STORE_UNAVAILABLE for every call, kills no process and shows no password', async () => {
    const port = await freePort();
    const database = await openVectorDatabase(`milvus://me:secret@127.0.0.1:${port}/default`);
    const calls = [
      database.ping(),
      database.listSpaces(),
      database.openSpace('a', { create: true }),
      database.dropSpace('a'),
    ];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({
        status: 'rejected',
        reason: { code: 'STORE_UNAVAILABLE', retryable: true },
      });
      expect((call as PromiseRejectedResult).reason.message).not.toContain('secret');
    }
    await database.close();
  }, 60_000);
});

describe('answers of Milvus', () => {
  test.each([
    [{ status: { error_code: 'Success', code: 0 }, data: [] }, undefined],
    [{ error_code: 'Success', reason: '', code: 0 }, undefined],
    [{ error_code: 'Success', code: 5, reason: 'half' }, 'half'],
    [{ status: { error_code: 'UnexpectedError', reason: 'bad' } }, 'bad'],
    [{ status: {} }, 'does not know'],
    [{}, 'does not know'],
    [undefined, 'does not know'],
  ])('%j is failure %s', (answer, expected) => {
    const failure = statusFailure(answer);
    if (expected === undefined) expect(failure).toBeUndefined();
    else expect(failure?.message).toContain(expected);
  });

  test.each([
    [
      { error_code: 'CollectionNotExists', code: 100, reason: 'collection not found' },
      'STORE_REJECTED',
      false,
    ],
    [
      { error_code: 'UnexpectedError', code: 503, reason: 'channel not available' },
      'STORE_UNAVAILABLE',
      true,
    ],
    [
      { error_code: 'RateLimit', code: 8, reason: 'rate limit exceeded', retriable: true },
      'STORE_UNAVAILABLE',
      true,
    ],
    [{ error_code: 'UnexpectedError', code: 65535, reason: 'auth check failure' }, 'CONFIG_INVALID', false],
  ])('%j means %s', (status, code, passing) => {
    expect(failureOf(statusFailure({ status }))).toMatchObject({ code, passing });
  });

  test.each([
    [14, 'STORE_UNAVAILABLE'],
    [4, 'STORE_UNAVAILABLE'],
    [16, 'CONFIG_INVALID'],
    [3, 'STORE_REJECTED'],
  ])('gRPC code %i means %s', (grpc, code) => {
    expect(failureOf(Object.assign(new Error('x'), { code: grpc })).code).toBe(code);
  });
});

describe('parseMilvusUrl', () => {
  test('takes login, port, database and TLS from the URL', () => {
    expect(parseMilvusUrl('milvus://localhost')).toEqual({
      address: 'localhost:19530',
      ssl: false,
      database: 'default',
    });
    expect(parseMilvusUrl('milvuss://a%40b:p%2Fw@host:1/music?servername=x')).toEqual({
      address: 'host:1',
      ssl: true,
      database: 'music',
      username: 'a@b',
      password: 'p/w',
      tls: { serverName: 'x' },
    });
  });

  test.each(['milvus:', 'milvus:///x', 'milvuss://me:secret@h?ca=/not/there'])('refuses %s', (url) => {
    expect(() => parseMilvusUrl(url)).toThrow(/VECTOR_STORE_URL/);
    expect(() => parseMilvusUrl(url)).not.toThrow(/secret/);
  });
});
