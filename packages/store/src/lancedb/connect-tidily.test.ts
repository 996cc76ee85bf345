import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@soundalike/testing';

const DIST = pathToFileURL(join(__dirname, '../../dist/lancedb/connect-tidily.js')).href;
// A process of its own: Jest's process.env is not the environment that LanceDB sees.
const CONNECT = `
  import { readdirSync } from 'node:fs';
  import { connectTidily } from '${DIST}';
  const [temporary, data] = process.argv.slice(1);
  const made = await Promise.all([1, 2, 3].map((number) => connectTidily(data + '/' + number)));
  console.log(process.env.TMPDIR === temporary, readdirSync(temporary).length);
  await made[1].close();
  console.log((await made[0].connection.tableNames()).length, readdirSync(temporary).length);`;

test('connections made side by side leave environment and temporary folder as they were', async () => {
  const temporary = temporaryFolder('connect-tidily');
  const data = temporaryFolder('connect-tidily-data');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', CONNECT, temporary, data],
    { env: { ...process.env, TMPDIR: temporary } },
  );
  expect(stdout.trim().split('\n')).toEqual(['true 3', '0 2']);
  // Two were left open: they went with the process.
  expect(readdirSync(temporary)).toEqual([]);
});
