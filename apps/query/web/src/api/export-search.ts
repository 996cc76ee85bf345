import { ApiError, type SearchUpload } from './client.ts';
import type { Problem, SearchRequest } from './types.ts';

/** Saves the answer of a search as a file. @throws ApiError */
export const exportSearch = async (
  request: SearchRequest,
  format: 'm3u8' | 'csv' | 'json',
  uploads: readonly SearchUpload[],
): Promise<void> => {
  const form = new FormData();
  form.append('request', JSON.stringify(request));
  for (const { name, file } of uploads) form.append(name, file, file.name);
  const response = await fetch(`/v1/search/export?format=${format}`, {
    method: 'POST',
    ...(uploads.length > 0
      ? { body: form }
      : { body: JSON.stringify(request), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw new ApiError((await response.json()) as Problem);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = `soundalike.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
};
