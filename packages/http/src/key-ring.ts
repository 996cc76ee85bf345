import type {} from 'fastify';
import type { Scope } from './scope.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent it; null where a key is needed and none was shown, or a wrong one. */
    sender: Sender | null;
  }
}

/** Who sent a request. */
export interface Sender {
  /** Id of the key, for logs and limits; null where no key is needed. */
  readonly keyId: string | null;
  readonly name: string | null;
  readonly scopes: ReadonlySet<Scope>;
}

/** What is known of keys and sessions, by their hashes; put together by the command line over the catalogue. */
export interface KeyRing {
  /** Whether requests need a key at all. */
  readonly needed: boolean;
  findKey(hash: string): Promise<Sender | undefined>;
  findSession(hash: string): Promise<Sender | undefined>;
  addSession(session: { hash: string; keyId: string; expiresAt: number }): Promise<void>;
  removeSession(hash: string): Promise<void>;
}

/** A server that only this machine reaches: everybody may do everything. */
export const OPEN_RING: KeyRing = {
  needed: false,
  findKey: async () => undefined,
  findSession: async () => undefined,
  addSession: async () => undefined,
  removeSession: async () => undefined,
};
