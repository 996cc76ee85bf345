/** Writes the JSON Schemas in docs/ from the code: `npm run build && node scripts/write-schemas.mjs`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestJsonSchema } from '../apps/ingest/dist/index.js';
import { PROJECT_ROOT } from './setup/project-root.mjs';

writeFileSync(
  join(PROJECT_ROOT, 'docs/manifest.schema.json'),
  `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`,
);
