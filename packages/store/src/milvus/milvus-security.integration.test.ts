import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Service, startMilvusEngine, temporaryFolder } from '@soundalike/testing';
import { openVectorDatabase } from '../index.ts';
import { makeTrack, randomNumbers } from '../vector-store.fixtures.ts';

describe('Milvus with logins and TLS', () => {
  jest.setTimeout(240_000);
  let service: Service;
  let certificate: string;

  beforeAll(async () => {
    const folder = temporaryFolder('milvus-tls');
    certificate = join(folder, 'certificate.pem');
    const key = join(folder, 'key.pem');
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', key, '-out', certificate],
    ]);
    service = await startMilvusEngine({ authorization: true, tls: { certificate, key } });
  });
  afterAll(() => service?.stop());

  test('stores and finds with the right ones, showing no password', async () => {
    const database = await openVectorDatabase(`${service.url}?ca=${certificate}`);
    expect(database.url).not.toContain('Milvus@');
    const store = await database.openSpace('secure', { create: true });
    const { track, clips } = makeTrack('t', { random: randomNumbers(1) });
    await store.upsertTrack(track, clips);
    expect(await store.counts()).toEqual({ tracks: 1, clips: 3 });
    await database.close();
  });

  test('a wrong password is a setting to mend, not work to repeat', async () => {
    const wrong = service.url.replace('root:Milvus@', 'root:wrong@');
    const database = await openVectorDatabase(`${wrong}?ca=${certificate}`);
    const failure = await database.ping().catch((error) => error);
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', retryable: false });
    expect(failure.message).not.toContain('wrong@');
    await database.close();
  });

  test('a certificate of an unknown authority is refused', async () => {
    const database = await openVectorDatabase(service.url);
    await expect(database.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await database.close();
  });
});
