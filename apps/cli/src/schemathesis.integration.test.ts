import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonVenv, temporaryFolder } from '@soundalike/testing';
import { startTestServer, type TestServer } from './server.fixture.ts';

/** How long requests are made up, seconds; the same ones every time, as far as they get. */
const SECONDS = 40;

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

let server: TestServer;
let schemathesis: string;
beforeAll(async () => {
  schemathesis = join(await pythonVenv('schemathesis'), 'schemathesis');
  server = await startTestServer();
}, 300_000);
afterAll(() => server?.close());

test('whatever is sent, answers keep to the OpenAPI description, and nothing breaks', async () => {
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const folder = temporaryFolder('schemathesis');
  // A link that leads nowhere is answered with 502, as described.
  writeFileSync(
    join(folder, 'schemathesis.toml'),
    '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", 502]\n',
  );
  const { failed, said } = await new Promise<{ failed: boolean; said: string }>((resolve) =>
    execFile(
      schemathesis,
      [
        'run',
        `${url}/openapi.json`,
        ...['--phases', 'coverage,fuzzing,stateful'],
        ...['--checks', CHECKS.join(',')],
        ...['--max-time', `${SECONDS}`, '--seed', '1', '--request-timeout', '30'],
        // An endless answer.
        ...['--exclude-path-regex', 'events$'],
        ...['--no-shrink', '--continue-on-failure', '--warnings', 'off'],
      ],
      { cwd: folder, maxBuffer: 1e8 },
      (error, stdout, stderr) => resolve({ failed: error !== null, said: stdout + stderr }),
    ),
  );
  if (failed) throw new Error(said.slice(said.indexOf('FAILURES')));
  expect(said).toMatch(/Stateful/);
  expect(Number(/(\d+) generated/.exec(said)?.[1])).toBeGreaterThan(100);
}, 180_000);
