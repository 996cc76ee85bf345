import { createMetrics, serveMetrics } from './metrics.ts';

describe('serveMetrics', () => {
  test('answers /metrics and /healthz, nothing else, and closes', async () => {
    const registry = createMetrics({ role: 'worker', version: '1.2.3' });
    const server = await serveMetrics({ registry, host: '127.0.0.1', port: 0 });
    const metrics = await fetch(`${server.url}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await metrics.text()).toContain('soundalike_build_info{role="worker",version="1.2.3"} 1');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/`)).status).toBe(404);
    expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(404);
    await server.close();
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });

  test('a port in use is an error', async () => {
    const registry = createMetrics({ role: 'worker', version: '1' });
    const server = await serveMetrics({ registry, host: '127.0.0.1', port: 0 });
    const port = Number(new URL(server.url).port);
    await expect(serveMetrics({ registry, host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await server.close();
  });
});
