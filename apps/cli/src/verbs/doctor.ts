import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { redactUrl, SoundalikeError, toSoundalikeError } from '@soundalike/core';
import { checkDurability } from '../check-worker.ts';
import type { Context } from '../context.ts';
import { defineVerb } from '../verb.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export const doctor = defineVerb({
  usage: '',
  options: {},
  examples: ['soundalike doctor', 'QUEUE_URL=redis://localhost:6379 soundalike doctor --json'],
  run: async ({ context, output }) => {
    const checks: Check[] = [];
    for (const [name, check] of CHECKS)
      checks.push(withoutEcho(await attempt(name, () => check(context)), checks));
    output.document(checks);
    for (const { name, ok, detail } of checks)
      output.print(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(9)} ${detail}`);
    return checks.every(({ ok }) => ok) ? 0 : 7;
  },
});

const attempt = async (name: string, check: () => Promise<string>): Promise<Check> => {
  try {
    return { name, ok: true, detail: await check() };
  } catch (thrown) {
    const error = toSoundalikeError(thrown);
    return { name, ok: false, detail: `${error.message} – ${error.policy.help}` };
  }
};

/** What fails for the reason of a line above only says so. */
const withoutEcho = (check: Check, earlier: readonly Check[]): Check => {
  const cause = earlier.find(({ ok, detail }) => !ok && !check.ok && detail === check.detail);
  return cause ? { ...check, detail: `needs the ${cause.name}, see above` } : check;
};

/** What another user made, with sudo for example, is read well and fails at the first write. What is not there yet will be made. */
const checkWritable = async (path: string): Promise<void> => {
  await access(path, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return;
    throw new SoundalikeError('CONFIG_INVALID', `${path} may not be written by this user (${cause.code})`, {
      cause,
    });
  });
};

/** The file or folder that a URL of this machine names; undefined for servers and memory. */
const pathOf = (url: string): string | undefined => /^(?:sqlite|lancedb):(?:\/\/(?=\/))?(.+)/.exec(url)?.[1];

const CHECKS: readonly (readonly [string, (context: Context) => Promise<string>])[] = [
  [
    'data',
    async ({ config }) => {
      const paths = [config.databaseUrl, config.vectorStoreUrl].flatMap((url) => pathOf(url) ?? []);
      for (const path of [config.home, ...paths]) await checkWritable(path);
      return `${config.home} (${config.homeReason})`;
    },
  ],
  [
    'ffmpeg',
    async (context) => {
      const path = await context.ffmpeg();
      const { stdout } = await promisify(execFile)(path, ['-version'], { timeout: 5_000 });
      return `${path}, version ${/version (\S+)/.exec(stdout)?.[1] ?? 'unknown'}`;
    },
  ],
  [
    'database',
    async (context) => {
      const catalogue = await context.catalogue();
      await catalogue.ping();
      return `${redactUrl(catalogue.url)}, ${await catalogue.countTracks()} tracks`;
    },
  ],
  [
    'store',
    async (context) => {
      const vectors = await context.vectors();
      await vectors.ping();
      // As searches do: folders may be there whose files are not. A database that is away has its own line.
      const live = await context.catalogue().then(
        (catalogue) => catalogue.liveSpace(),
        () => undefined,
      );
      if (live) await (await vectors.openSpace(live.name)).getTracks(['-']);
      return `${vectors.url}, spaces: ${(await vectors.listSpaces()).join(', ') || 'none yet'}`;
    },
  ],
  [
    'queue',
    async (context) => {
      const queue = await context.queue();
      await queue.ping();
      await checkDurability(queue);
      return queue.url;
    },
  ],
  [
    'model',
    async (context) => {
      const { info } = await context.model();
      return `${info.name}${info.trained ? '' : ' (untrained: finds the same recording, knows little about what sounds alike)'}, space ${info.space}`;
    },
  ],
  [
    'provider',
    async (context) => {
      const embedder = await context.embedder();
      const [vector] = await embedder.embed({
        windows: [new Float32Array(embedder.model.windowSamples).map((_, i) => Math.sin(i / 8))],
      });
      return `${embedder.provider}, one window embedded (${vector?.length} numbers)`;
    },
  ],
];
