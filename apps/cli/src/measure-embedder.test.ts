import type { Embedder } from '@soundalike/embedder';
import { createMetrics } from '@soundalike/http';
import { measureEmbedders } from './measure-embedder.ts';

describe('measureEmbedders', () => {
  test('counts windows, calls in hand and failures, and changes no answer', async () => {
    const registry = createMetrics({ role: 'embedder', version: '1' });
    const vectors = [new Float32Array(2), new Float32Array(2)];
    let isBroken = false;
    const embedder = {
      provider: 'cpu',
      embed: async () => {
        if (isBroken) throw new Error('no');
        return vectors;
      },
    } as unknown as Embedder;
    const measured = measureEmbedders(registry)(embedder);
    expect(measured.provider).toBe('cpu');
    expect(await measured.embed({ windows: vectors })).toBe(vectors);
    isBroken = true;
    await expect(measured.embed({ windows: vectors })).rejects.toThrow('no');
    const text = await registry.metrics();
    for (const line of [
      'soundalike_embedded_windows_total 2',
      'soundalike_embed_windows_in_hand 0',
      'soundalike_embed_failures_total 1',
      'soundalike_embed_seconds_count 2',
    ])
      expect(text).toContain(line);
  });
});
