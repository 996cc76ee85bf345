import type { Generated } from 'kysely';

/** Tables of the catalogue database. Times are whole milliseconds since 1970, documents are JSON text on both databases. */
export interface Database {
  runs: {
    id: Generated<number>;
    catalogue: string;
    source: string;
    state: string;
    started_at: number;
    finished_at: number | null;
    /** Items that later runs took over while it was at work. */
    handed_over: Generated<number>;
  };
  items: {
    id: Generated<number>;
    catalogue: string;
    /** '' for links, so that the unique key needs no null. */
    root: string;
    path: string;
    /** '' where the source gives none. */
    external_id: string;
    metadata: string;
    size: number | null;
    modified_ms: number | null;
    run_id: number;
    state: string;
    outcome: string | null;
    stage: string | null;
    tries: number;
    attempts: number;
    priority: number;
    content_id: string | null;
    track_id: string | null;
    space: string | null;
    error_code: string | null;
    error_message: string | null;
    error_detail: string | null;
    timings: string;
    audio_seconds: number | null;
    worker: string | null;
    lease_until: number | null;
    available_at: number;
    queued_at: number | null;
    started_at: number | null;
    finished_at: number | null;
    /** Whose it is (decision 0045); '' where none named it. */
    source: Generated<string>;
    /** What a link answered when it was fetched. */
    etag: string | null;
    /** The file's own tags, when it was worked on. */
    file_metadata: Generated<string>;
  };
  item_names: {
    item_id: number;
    /** A source that names the item beside the one in `items.source`. */
    source: string;
  };
  attempts: {
    id: Generated<number>;
    item_id: number;
    run_id: number;
    number: number;
    worker: string | null;
    started_at: number | null;
    finished_at: number;
    outcome: string;
    stage: string | null;
    code: string | null;
    message: string | null;
    detail: string | null;
    timings: string;
  };
  idempotency: {
    key: string;
    fingerprint: string;
    answer: string;
    created_at: number;
  };
  tracks: {
    id: string;
    catalogue: string;
    external_id: string | null;
    content_id: string;
    space: string;
    title: string | null;
    artist: string | null;
    album: string | null;
    genre: string | null;
    tags: string;
    year: number | null;
    attributes: string;
    duration_seconds: number;
    clip_count: number;
    /** `full`, or `sampled:10`: that many windows spread over the track. */
    coverage: Generated<string>;
    root: string;
    path: string;
    /** Lower-case text of title, artist, album, genre and tags, for the text search. */
    search_text: string;
    indexed_at: number;
  };
  spaces: {
    name: string;
    model: string;
    description: string;
    created_at: number;
  };
  track_spaces: {
    space: string;
    track_id: string;
    content_id: string;
    clip_count: number;
    indexed_at: number;
  };
  space_states: {
    name: string;
    /** `building`: filled beside the live one; `kept`: live before, to go back to. */
    state: string;
    run_id: number | null;
  };
  space_transforms: {
    name: string;
    /** Little-endian float32: 512 of the mean, 512 x 512 of the whitening. */
    mean: Uint8Array;
    whitening: Uint8Array | null;
    /** Score calibration as JSON. */
    calibration: string;
  };
  signatures: {
    content_id: string;
    /** Three bytes a word; see packages/embedder/src/signature. */
    words: Uint8Array;
  };
  api_keys: {
    id: string;
    name: string;
    /** SHA-256 of the key, base64url. */
    hash: string;
    scopes: string;
    created_at: number;
    used_at: number | null;
    revoked_at: number | null;
  };
  sessions: {
    /** SHA-256 of the cookie's value, base64url. */
    hash: string;
    key_id: string;
    expires_at: number;
  };
  settings: {
    key: string;
    value: string;
  };
  leases: {
    name: string;
    holder: string;
    until: number;
  };
  workers: {
    name: string;
    host: string;
    /** What the worker says about itself: provider, model, items in hand. */
    facts: string;
    started_at: number;
    beat_at: number;
    /** Set by an orderly end; null with an old heartbeat: the worker is gone. */
    stopped_at: number | null;
  };
  stage_samples: {
    worker: string;
    at: number;
    fetch_ms: number;
    decode_ms: number;
    embed_ms: number;
    store_ms: number;
    clips: number;
    audio_seconds: number;
    done: number;
    failed: number;
  };
  run_ends: {
    run_id: number;
    counts: string;
  };
}
