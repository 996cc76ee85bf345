import { SoundalikeError } from '@soundalike/core';

/** Kinds of vector index by what they cost: see docs/indexes.md. */
export const INDEX_PROFILES = ['default', 'compact', 'billion', 'disk'] as const;
export type IndexProfile = (typeof INDEX_PROFILES)[number];

/** Backends that choose their index themselves take no other profile. @throws SoundalikeError `CONFIG_INVALID` */
export const refuseProfile = (profile: IndexProfile, backend: string): void => {
  if (profile === 'default') return;
  throw new SoundalikeError(
    'CONFIG_INVALID',
    `INDEX_PROFILE=${profile} is for Milvus; ${backend} chooses its index by size. Leave INDEX_PROFILE unset, or set VECTOR_STORE_URL=milvus://…`,
    { fields: { setting: 'INDEX_PROFILE', value: profile } },
  );
};
