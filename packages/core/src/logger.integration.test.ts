import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

test('the log has links without their passwords', () => {
  const { stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createLogger } from ${JSON.stringify(join(__dirname, '../dist/logger.js'))};
       const error = Object.assign(new TypeError('Invalid URL'), { input: 'http://user:secret@' });
       createLogger({ level: 'info', isTerminal: false }).info({ path: 'http://user:secret@host/a', err: error }, 'x');`,
    ],
    { encoding: 'utf8' },
  );
  expect(JSON.parse(stderr)).toMatchObject({
    path: 'http://user:***@host/a',
    err: { input: 'http://user:***@' },
  });
});
