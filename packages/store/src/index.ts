export { checkFields as storedFields } from './check-rows.ts';
export { INDEX_PROFILES, type IndexProfile } from './index-profile.ts';
export * from './open-vector-database.ts';
export { MAX_TAGS, TAG_BYTES, TEXT_BYTES } from './stored-text.ts';
export * from './vector-store.ts';
