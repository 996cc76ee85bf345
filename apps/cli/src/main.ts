#!/usr/bin/env node
import { createOutput } from './output.ts';
import { runCli } from './run-cli.ts';

const output = createOutput({ stdout: process.stdout, stderr: process.stderr });
const stop = new AbortController();
let interrupts = 0;

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    interrupts += 1;
    // The second Ctrl-C of an impatient person ends at once; the queue takes back what was in hand.
    if (interrupts > 1) process.exit(130);
    stop.abort(name);
  });
}

// `soundalike … | head` closes our stdout: that is the reader's wish, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// The AWS SDK would tell whoever reads a bucket which Node its versions of 2027 need; package.json pins the version that is used.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const readSettings = async () => (await import('@soundalike/core')).readConfig(process.env, process.cwd());

runCli({ argv: process.argv.slice(2), readSettings, output, signal: stop.signal }).then(
  (exitCode) => {
    process.exitCode = exitCode;
    // Native add-ons may keep handles open; everything of ours is closed here.
    setImmediate(() => process.exit(exitCode));
  },
  async (error) => {
    output.error((await import('@soundalike/core')).toSoundalikeError(error));
    process.exit(1);
  },
);
