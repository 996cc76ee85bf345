import { once } from 'node:events';
import { SoundalikeError } from '@soundalike/core';
import { loadModel, serveEmbedder } from '@soundalike/embedder';
import { providerInfo, serveMetrics } from '@soundalike/http';
import { readListenAddress } from '../listen-address.ts';
import { measureEmbedders } from '../measure-embedder.ts';
import { noteUntrained } from '../note-untrained.ts';
import { openEmbedder } from '../open-embedder.ts';
import { defineVerb } from '../verb.ts';

export const embedder = defineVerb({
  usage: '',
  options: {
    port: { type: 'string', value: 'n', help: 'port (EMBEDDER_PORT, 7710); 0 takes a free one' },
    host: { type: 'string', value: 'address', help: 'address to listen at (HOST, 127.0.0.1)' },
  },
  examples: [
    'soundalike embedder',
    'PROVIDER=cuda HOST=0.0.0.0 EMBEDDER_KEYS=… soundalike embedder',
    'EMBEDDER_URL=http://gpu-1:7710 EMBEDDER_KEY=… soundalike worker',
  ],
  run: async ({ options, context, output, signal }) => {
    const { config, logger } = context;
    const { host, port, isLoopback } = readListenAddress(options, {
      host: config.host,
      port: config.embedderPort,
    });
    if (!isLoopback && config.embedderKeys.length === 0)
      throw new SoundalikeError(
        'CONFIG_INVALID',
        `HOST=${host} can be reached from other machines, which needs a key: set EMBEDDER_KEYS here and EMBEDDER_KEY where it is used`,
        { fields: { setting: 'EMBEDDER_KEYS' } },
      );
    // It needs neither database nor store: MODEL names the model, or the default one is taken.
    const model = await loadModel({ name: config.model, modelsFolder: config.modelsDir });
    noteUntrained(model.info, output);
    const local = await openEmbedder({ config, model, purpose: 'service' });
    const registry = await context.metrics('embedder');
    providerInfo(registry, {
      provider: local.provider,
      providerAsked: config.provider,
      model: model.info.name,
      space: model.info.space,
    });
    const metrics = config.metricsPort
      ? await serveMetrics({ registry, host: config.metricsHost, port: config.metricsPort })
      : undefined;
    try {
      const measured = measureEmbedders(registry)(local);
      const service = await serveEmbedder({
        embedder: measured,
        host,
        port,
        keys: config.embedderKeys,
        logger,
      });
      output.print(
        `The embedding service is at ${service.url} (${local.provider}, space ${model.info.space}). Ctrl-C stops it.`,
      );
      output.document({ url: service.url, provider: local.provider, space: model.info.space });
      if (!signal.aborted) await once(signal, 'abort');
      await service.close(config.workerDrainSeconds * 1000);
      return 0;
    } finally {
      await metrics?.close();
      await local.close();
    }
  },
});
