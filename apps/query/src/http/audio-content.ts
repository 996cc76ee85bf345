import { z } from 'zod';

/** An answer of audio bytes, for the OpenAPI description. */
export const audioContent = (description: string) => ({
  description,
  content: { 'audio/*': { schema: z.file() }, 'application/octet-stream': { schema: z.file() } },
});
