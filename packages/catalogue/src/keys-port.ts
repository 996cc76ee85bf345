/** A key of the API as the database knows it: never the key itself. Times are milliseconds since 1970. */
export interface ApiKey {
  /** Short and not secret: for lists, logs and revoking. */
  readonly id: string;
  /** What its maker called it. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  /** About when it was used last; null: never. */
  readonly usedAt: number | null;
  /** Null while it works. */
  readonly revokedAt: number | null;
}

/** Keys of the API, and browser sessions opened with them. */
export interface Keys {
  /** @param key.hash of the key; what is kept of it */
  addKey(key: { id: string; name: string; hash: string; scopes: readonly string[] }): Promise<ApiKey>;
  /** Every key, also revoked ones, oldest first. */
  listKeys(): Promise<ApiKey[]>;
  /** The living key with this hash. */
  findKey(hash: string): Promise<ApiKey | undefined>;
  /** Revokes keys by id, else by name, with their sessions. Returns those that it ended. */
  revokeKeys(idOrName: string): Promise<ApiKey[]>;
  noteKeyUse(id: string): Promise<void>;
  /** Remembers a session until it expires; forgets expired ones. */
  addSession(session: { hash: string; keyId: string; expiresAt: number }): Promise<void>;
  /** The living key of a living session. */
  findSession(hash: string): Promise<ApiKey | undefined>;
  removeSession(hash: string): Promise<void>;
}
