import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@soundalike/testing';

const DIST = pathToFileURL(join(__dirname, '../../dist/index.js')).href;
const EMBED = `
  import { createEmbedder, loadModel } from '${DIST}';
  const embedder = await createEmbedder({ model: await loadModel({ name: 'untrained' }) });
  console.log(embedder.provider);
  await embedder.close();`;

test('embedding leaves no device id and no telemetry behind', async () => {
  const home = temporaryFolder('telemetry');
  // Neither of the two by which onnxruntime knows a test run, where it is silent by itself.
  const { CI: _, ORT_RUNNING_UNIT_TESTS: __, ORT_DISABLE_TELEMETRY: ___, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', EMBED], {
    env: { ...env, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), TMPDIR: home },
  });
  expect(stdout.trim()).toBe('cpu');
  expect(readdirSync(home)).toEqual([]);
});
