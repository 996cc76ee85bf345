import { askForKey } from '@soundalike/design';

import type { RunView as Run } from '@soundalike/ingest/api-types';

// Documents of `/v1/ingest`: those of runs and items are of the server's own schemas.
export type { ItemStory, ItemView as Item, RunView as Run } from '@soundalike/ingest/api-types';

export type Stage = 'fetch' | 'decode' | 'embed' | 'store';
export type Occupancy = Record<Stage, number>;

export interface Queue {
  kind: string;
  url: string;
  waiting: number;
  active: number;
  delayed: number;
  paused: boolean;
  oldestSeconds: number | null;
  items: Record<string, number>;
  board: string | null;
  mayAct: boolean;
}

export interface Worker {
  worker: string;
  host: string;
  status: 'working' | 'idle' | 'stopped' | 'gone';
  provider: string;
  providerAsked: string;
  model: string;
  space: string;
  concurrency: number;
  clipsPerSecond: number;
  rssBytes: number;
  startedAt: string;
  beatAt: string;
  stoppedAt: string | null;
  items: { item: number; path: string; stage: Stage | null; seconds: number }[];
}

export interface Activity {
  bucketSeconds: number;
  points: {
    at: string;
    occupancy: Occupancy;
    clipsPerSecond: number;
    itemsPerMinute: number;
    failed: number;
  }[];
}

export interface Failures {
  total: number;
  groups: { code: string; count: number; examples: string[]; help: string; retryable: boolean }[];
}

/** What became of failed items that were to be tried again; rows of lists that cannot be used stay. */
export interface Retried {
  queued: number;
  rowsLeft: number;
}

/** A request that the server refused or that did not reach it; `message` is fit for the page. */
export class ApiError extends Error {}

const BASE = '/v1/ingest';

/** @throws ApiError */
export const get = <T>(path: string): Promise<T> => request<T>(path, {});

/** @throws ApiError */
export const post = <T>(path: string, body: object = {}): Promise<T> =>
  request<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-soundalike': '1' },
    body: JSON.stringify(body),
  });

const request = async <T>(path: string, options: RequestInit): Promise<T> => {
  const response = await fetch(BASE + path, options).catch(() => {
    throw new ApiError('The server does not answer.');
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  if (response.status === 401) askForKey();
  let detail = `The server answered ${response.status}.`;
  try {
    const problem = JSON.parse(text) as { detail?: string; title?: string };
    detail = [problem.detail, problem.title].filter(Boolean).join(' ');
  } catch {
    // Not ours, perhaps a proxy's page: the status says enough.
  }
  throw new ApiError(detail);
};

/** Follows a run; `stop` ends it. The browser connects again by itself. */
export const watchRun = (run: number, onRun: (run: Run) => void): (() => void) => {
  const source = new EventSource(`${BASE}/runs/${run}/events`);
  const take = (event: MessageEvent<string>) => onRun(JSON.parse(event.data) as Run);
  source.addEventListener('progress', take);
  source.addEventListener('end', (event) => {
    take(event);
    source.close();
  });
  return () => source.close();
};
