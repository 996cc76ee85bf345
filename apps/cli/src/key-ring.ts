import type { ApiKey, Catalogue } from '@soundalike/catalogue';
import type { KeyRing, Scope, Sender } from '@soundalike/http';

/** Uses of a key are written down this often at most, ms: a table of keys need not know more. */
const NOTE_EVERY_MS = 60_000;

/** The catalogue's keys as the HTTP base wants them. */
export const createKeyRing = (catalogue: Catalogue, { needed }: { needed: boolean }): KeyRing => {
  const noted = new Map<string, number>();
  const senderOf = (key: ApiKey | undefined): Sender | undefined => {
    if (!key) return undefined;
    const now = Date.now();
    if (now - (noted.get(key.id) ?? 0) > NOTE_EVERY_MS) {
      noted.set(key.id, now);
      // The request does not depend on it.
      catalogue.noteKeyUse(key.id).catch(() => noted.delete(key.id));
    }
    return { keyId: key.id, name: key.name, scopes: new Set(key.scopes as Scope[]) };
  };
  return {
    needed,
    findKey: async (hash) => senderOf(await catalogue.findKey(hash)),
    findSession: async (hash) => senderOf(await catalogue.findSession(hash)),
    addSession: (session) => catalogue.addSession(session),
    removeSession: (hash) => catalogue.removeSession(hash),
  };
};
