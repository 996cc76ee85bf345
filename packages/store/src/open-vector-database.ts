import { type Logger, redactUrl, SoundalikeError, silentLogger } from '@soundalike/core';
import { type IndexProfile, refuseProfile } from './index-profile.ts';
import type { VectorDatabase } from './vector-store.ts';

export interface OpenVectorDatabaseOptions {
  /** Spaces open read-only and nothing is created; several processes may do so beside a writer. */
  readonly readOnly?: boolean | undefined;
  readonly logger?: Logger | undefined;
  /** Kind of vector index; other than `default` only on Milvus. */
  readonly profile?: IndexProfile | undefined;
}

/**
 * Opens the vector database a URL names: `memory:` (`memory:<name>` to share it within the process), `lancedb:<folder>`,
 * `milvus://user:password@host:port/database` or `milvuss://…` with TLS. The driver is loaded only when its scheme is used.
 *
 * @throws SoundalikeError `CONFIG_INVALID` for another scheme, `STORE_UNAVAILABLE` when it cannot be reached
 */
export const openVectorDatabase = async (
  url: string,
  options: OpenVectorDatabaseOptions = {},
): Promise<VectorDatabase> => {
  const profile = options.profile ?? 'default';
  const settings = { readOnly: options.readOnly ?? false, logger: options.logger ?? silentLogger(), profile };
  switch (url.slice(0, url.indexOf(':') + 1)) {
    case 'memory:':
      refuseProfile(profile, 'the memory store');
      return (await import('./memory/memory-database.ts')).openMemoryDatabase(url, settings);
    case 'lancedb:':
      refuseProfile(profile, 'LanceDB');
      return (await import('./lancedb/lancedb-database.ts')).openLanceDatabase(url, settings);
    case 'milvus:':
    case 'milvuss:':
      return (await import('./milvus/milvus-database.ts')).openMilvusDatabase(url, settings);
    default:
      throw new SoundalikeError(
        'CONFIG_INVALID',
        `VECTOR_STORE_URL must start with memory:, lancedb:, milvus: or milvuss:, got "${redactUrl(url)}"`,
        { fields: { setting: 'VECTOR_STORE_URL' } },
      );
  }
};
