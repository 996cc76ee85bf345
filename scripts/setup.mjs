/** `npm run setup`: dependencies, ffmpeg, build. What `npm run demo` and `npm test` do first. */
import { build } from './setup/build.mjs';
import { ensureFfmpeg } from './setup/ensure-ffmpeg.mjs';
import { installDependencies } from './setup/install-dependencies.mjs';

await installDependencies();
await build();
await ensureFfmpeg();
