import { askForKey } from '@soundalike/design';
import type {
  CatalogueMap,
  DuplicatesPage,
  Evidence,
  Facets,
  Problem,
  SearchAnswer,
  Stats,
  Track,
  TrackPage,
  Waveform,
} from './types.ts';

/** A request that the server refused or that did not reach it; `message` is fit for the page. */
export class ApiError extends Error {
  readonly code: string;
  /** 0 where there was no answer. */
  readonly status: number;

  constructor(problem: Pick<Problem, 'status' | 'detail' | 'code'>) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
  }
}

/** Anything thrown, as an error of the API. */
export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError({ status: 0, detail: String(error), code: 'INTERNAL' });

export const getTrack = (trackId: string, signal?: AbortSignal) =>
  getJson<Track>(`/v1/tracks/${encodeURIComponent(trackId)}`, signal);
export const getWaveform = (trackId: string, signal?: AbortSignal) =>
  getJson<Waveform>(`/v1/tracks/${encodeURIComponent(trackId)}/waveform`, signal);
export const getSimilar = (trackId: string, limit: number) =>
  getJson<SearchAnswer>(`/v1/tracks/${encodeURIComponent(trackId)}/similar?limit=${limit}`);
export const findTracks = (query: string, limit: number, signal?: AbortSignal) =>
  getJson<TrackPage>(`/v1/tracks?${new URLSearchParams({ q: query, limit: `${limit}` })}`, signal);
export const getFacets = () => getJson<Facets>('/v1/facets');
export const getStats = () => getJson<Stats>('/v1/stats');
export const getDuplicates = (evidence: Evidence, cursor: string | null, limit: number) =>
  getJson<DuplicatesPage>(
    `/v1/duplicates?${new URLSearchParams({ evidence, limit: `${limit}`, ...(cursor === null ? {} : { cursor }) })}`,
  );
export const getMap = () => getJson<CatalogueMap>('/v1/map');

/**
 * The audio behind a link, by way of the server: the page itself loads nothing from elsewhere.
 *
 * @throws ApiError
 */
export const getLinkAudio = (url: string): Promise<Blob> => postForFile('/v1/link-audio', { url });

/** Where a track's audio is streamed from. */
export const audioUrl = (trackId: string): string => `/v1/tracks/${encodeURIComponent(trackId)}/audio`;

/** @throws ApiError */
const getJson = async <T>(path: string, signal?: AbortSignal): Promise<T> => {
  const response = await fetch(path, signal ? { signal } : {}).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw unreachable();
  });
  const body = await response.text();
  if (!response.ok) throw problemOf(response.status, body);
  return JSON.parse(body) as T;
};

/** Sends JSON for an answer that is a file. @throws ApiError */
const postForFile = async (path: string, body: unknown): Promise<Blob> => {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw problemOf(response.status, await response.text());
  return response.blob();
};

/** Has the browser save tracks as a playlist with real paths, a table or JSON. @throws ApiError */
export const exportTracks = async (
  trackIds: readonly string[],
  format: 'm3u8' | 'csv' | 'json',
): Promise<void> => {
  const file = await postForFile(`/v1/tracks/export?format=${format}`, { trackIds });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `soundalike.${format}`;
  link.click();
  // The download begins after this: a link revoked at once may be gone by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

export interface SearchUpload {
  /** The name that a seed refers to. */
  readonly name: string;
  readonly file: File;
}

/**
 * `POST /v1/search`. With uploads it goes by XMLHttpRequest: fetch says nothing about how much has been sent.
 *
 * @param onProgress share of the uploads sent, 0..1
 * @throws ApiError
 */
export const postSearch = (
  request: unknown,
  options: {
    uploads?: readonly SearchUpload[];
    signal?: AbortSignal;
    onProgress?(share: number): void;
  } = {},
): Promise<SearchAnswer> =>
  new Promise((resolve, reject) => {
    const { uploads = [], signal, onProgress } = options;
    const call = new XMLHttpRequest();
    call.open('POST', '/v1/search');
    call.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0);
    call.upload.onload = () => onProgress?.(1);
    call.onload = () => {
      if (call.status < 300) resolve(JSON.parse(call.responseText) as SearchAnswer);
      else reject(problemOf(call.status, call.responseText));
    };
    call.onerror = () => reject(unreachable());
    call.onabort = () => reject(new DOMException('The search was given up', 'AbortError'));
    signal?.addEventListener('abort', () => call.abort());
    call.send(uploads.length > 0 ? formOf(request, uploads) : jsonOf(call, request));
  });

const jsonOf = (call: XMLHttpRequest, request: unknown): string => {
  call.setRequestHeader('content-type', 'application/json');
  return JSON.stringify(request);
};

const formOf = (request: unknown, uploads: readonly SearchUpload[]): FormData => {
  const form = new FormData();
  form.append('request', JSON.stringify(request));
  for (const { name, file } of uploads) form.append(name, file, file.name);
  return form;
};

const problemOf = (status: number, body: string): ApiError => {
  if (status === 401) askForKey();
  try {
    const problem = JSON.parse(body) as Problem;
    return new ApiError({ status, detail: problem.detail ?? problem.title, code: problem.code });
  } catch {
    return new ApiError({ status, detail: `The server answered ${status}.`, code: 'INTERNAL' });
  }
};

const unreachable = () =>
  new ApiError({ status: 0, detail: 'The server did not answer. Is it still running?', code: 'UNREACHABLE' });
