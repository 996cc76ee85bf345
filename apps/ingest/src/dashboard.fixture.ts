import { type Catalogue, openCatalogue, type WorkSample } from '@soundalike/catalogue';
import { SoundalikeError, silentLogger } from '@soundalike/core';
import { createHttpApp, type HttpApp } from '@soundalike/http';
import { openQueue } from '@soundalike/queue';
import { dashboardPage, registerIngestRoutes } from './http/index.ts';

const SPACE = '9f3c0a7be41d5520';
const MINUTE = 60_000;
const ARTISTS = [
  'Lumen Drive',
  'Marrow & Reed',
  '北の窓',
  'Hollow Anvil',
  'Kofi Asante Express',
  'Clavier Hallam',
];
const TITLES = [
  'Chrome Coast',
  'Low Country',
  '雪の駅',
  'Ashfall',
  'Market Day',
  'Lesser Gigue',
  'Night Shift',
];

/** Failures of the scene: every so many-th item, code, message, and what ffmpeg said. */
const FAULTS = [
  {
    every: 97,
    code: 'AUDIO_UNDECODABLE',
    words: 'Error while decoding stream #0:0: Invalid data found when processing input',
  },
  { every: 131, code: 'SOURCE_EMPTY', words: undefined },
  { every: 211, code: 'AUDIO_TOO_SHORT', words: undefined },
  { every: 307, code: 'SOURCE_FETCH_FAILED', words: '503 Service Unavailable' },
] as const;

export interface Scene {
  readonly app: HttpApp;
  readonly catalogue: Catalogue;
  /** Id of the run that goes on. */
  readonly run: number;
}

/** A catalogue in the middle of a run of `count` items, with an hour of heartbeats behind it, and the dashboard's server over it. */
export const startScene = async (count: number): Promise<Scene> => {
  const catalogue = await openCatalogue('memory:');
  const now = Date.now();
  const earlier = await record(catalogue, '/music/archive', 40);
  for (const itemId of earlier.items) await succeed(catalogue, itemId, 'tuva:311', now);
  await catalogue.setRunState(earlier.run, 'done');
  const { run, items, done } = await onClock(now - 50 * MINUTE, async (setClock) => {
    const recorded = await record(catalogue, '/music/label export 2026/manifest.csv', count);
    const ended = recorded.items.slice(0, Math.round(count * 0.62));
    for (const [index, itemId] of ended.entries()) {
      setClock(now - 50 * MINUTE * (1 - index / ended.length));
      const fault = FAULTS.find(({ every }) => itemId % every === 0);
      await (fault ? fail(catalogue, itemId, fault) : succeed(catalogue, itemId, 'tuva:4012', now));
    }
    return { ...recorded, done: ended };
  });
  for (const [index, itemId] of items.slice(done.length, done.length + 3).entries()) {
    await catalogue.startItem(itemId, 'tuva:4012');
    await catalogue.setStage(itemId, (['decode', 'embed', 'embed'] as const)[index] ?? 'embed');
  }
  await beats(catalogue, Date.now(), items.slice(done.length, done.length + 3));
  const queue = await openQueue({ url: 'database:', catalogue, worker: 'scene:1' });
  const app = await createHttpApp({
    logger: silentLogger(),
    title: 'scene',
    version: '0',
    allowedHosts: [],
    ready: () => catalogue.ping(),
  });
  await registerIngestRoutes(app, { catalogue, queue });
  await dashboardPage(app);
  app.addHook('onClose', () => catalogue.close());
  return { app, catalogue, run };
};

/** Runs `work` with the clock at another time, which it may move. */
const onClock = async <T>(
  start: number,
  work: (setClock: (at: number) => void) => Promise<T>,
): Promise<T> => {
  const real = Date.now;
  const set = (at: number) => {
    Date.now = () => Math.round(at);
  };
  set(start);
  try {
    return await work(set);
  } finally {
    Date.now = real;
  }
};

const record = async (catalogue: Catalogue, source: string, count: number) => {
  const { id: run } = await catalogue.createRun({ catalogue: 'default', source });
  const found = Array.from({ length: count }, (_, index) => {
    const artist = ARTISTS[index % ARTISTS.length];
    const title = TITLES[index % TITLES.length];
    return {
      root: 'music',
      path: `${source.length}/${artist}/${String(1 + Math.floor(index / 42)).padStart(2, '0')} ${title} ${index}.opus`,
      externalId: `LE-${source.length}-${index}`,
      metadata: {},
      size: 3_400_000 + (index % 17) * 90_000,
      modifiedMs: 1,
    };
  });
  const { queued } = await catalogue.recordFound({ runId: run, catalogue: 'default', space: SPACE, found });
  await catalogue.setRunState(run, 'running');
  return { run, items: queued };
};

const succeed = async (catalogue: Catalogue, itemId: number, worker: string, now: number) => {
  await catalogue.startItem(itemId, worker);
  // Every 40th holds what another held before it.
  const content = `c${itemId % 40 === 0 ? itemId - 1 : itemId}`;
  await catalogue.finishItem({
    itemId,
    contentId: content,
    timings: { fetch: 12, decode: 240 + (itemId % 90), embed: 2_900 + (itemId % 400), store: 60 },
    audioSeconds: 212,
    track: {
      id: content,
      catalogue: 'default',
      externalId: null,
      contentId: content,
      space: SPACE,
      durationSeconds: 212,
      clipCount: 80,
      title: TITLES[itemId % TITLES.length] ?? null,
      artist: null,
      album: null,
      genre: null,
      tags: [],
      year: new Date(now).getFullYear(),
      attributes: {},
    },
  });
};

const fail = async (catalogue: Catalogue, itemId: number, { code, words }: (typeof FAULTS)[number]) => {
  await catalogue.startItem(itemId, 'nils:77');
  const { path } = (await catalogue.getItem(itemId)) ?? { path: '' };
  const { message } = new SoundalikeError(code, `music/${path} cannot be used`);
  await catalogue.failItem({ itemId, code, message, detail: words, retry: false });
};

/** An hour in which two workers wax and wane; the second stops without a word after a while. */
const beats = async (catalogue: Catalogue, now: number, inHand: readonly number[]) => {
  const stages = ['decode', 'embed', 'embed'] as const;
  for (let at = now - 55 * MINUTE; at <= now; at += 10_000) {
    const swing = 1 + 0.25 * Math.sin((at - now) / (7 * MINUTE));
    const isSecond = at < now - 9 * MINUTE;
    for (const worker of isSecond ? ['tuva:4012', 'nils:77'] : ['tuva:4012']) {
      const items = await Promise.all(
        (worker === 'tuva:4012' ? inHand : []).map(async (itemId, index) => ({
          itemId,
          path: `music/${(await catalogue.getItem(itemId))?.path}`,
          stage: stages[index] ?? 'embed',
          since: now - 2_000 * (index + 1),
        })),
      );
      await catalogue.beat({
        name: worker,
        host: worker.split(':')[0] ?? '',
        startedAt: now - 55 * MINUTE,
        at,
        facts: {
          provider: 'cpu',
          providerAsked: worker === 'nils:77' ? 'cuda' : 'auto',
          model: 'clmr-synth',
          space: SPACE,
          concurrency: 4,
          clipsPerSecond: Math.round(54 * swing * 10) / 10,
          rssBytes: 312_000_000,
          items,
        },
        sample: sampleOf(swing),
      });
    }
  }
};

const sampleOf = (swing: number): WorkSample => ({
  stageMs: { fetch: 900, decode: 4_000 * swing, embed: 26_000 * swing, store: 2_200 * swing },
  clips: Math.round(540 * swing),
  audioSeconds: 1_440 * swing,
  done: Math.round(7 * swing),
  failed: 0,
});
