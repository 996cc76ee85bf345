/**
 * Every kind of fault and how it is done. `do` returns false where there was nothing to hit, `later` where a
 * server is not back from its last death. A server is killed and comes back while other
 * faults go on: half a minute of a Milvus that starts is no time of peace.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants } from './processes.mjs';

/** An innocent file's ffmpeg is killed at most this often: the third death would make it poison. */
const MAX_FFMPEG_KILLS = 2;

/** What is killed on sight must come by first: it is looked for this long, ms. */
const LOOK_MS = 3_000;

/** A killed server that is not back after so long of trying is a failure of the run, ms. */
const COME_BACK_MS = 120_000;

export const createFaults = ({ workers, embedder, services, proxies, redis, random }) => {
  const ffmpegKills = new Map();
  const workerPids = () => workers.map((worker) => worker.pid());
  const onSight = async (find) => {
    for (const deadline = Date.now() + LOOK_MS; Date.now() < deadline; await sleep(3)) {
      const found = find();
      if (found.length > 0) return kill(random.pick(found));
    }
    return false;
  };
  const coming = new Map();
  const crash = (name, downMs) => async () => {
    if (coming.has(name)) return 'later'; // it must run to be killed
    await services[name].kill();
    // One that does not come back ends the run with its reason: nobody catches it.
    const back = sleep(downMs)
      .then(() => start(services[name]))
      .then(() => coming.delete(name));
    coming.set(name, back);
  };
  const faults = {
    'kill worker': { do: () => random.pick(workers).kill() },
    'kill embedder service': { do: () => embedder.kill() },
    'kill embed child': {
      do: () => onSight(() => descendants([...workerPids(), embedder.pid()], 'child-main')),
    },
    'kill ffmpeg': {
      do: () =>
        onSight(() =>
          descendants(workerPids(), 'track-').filter(({ command }) => {
            const file = /track-\d+/.exec(command)?.[0];
            if (!file || (ffmpegKills.get(file) ?? 0) >= MAX_FFMPEG_KILLS) return false;
            ffmpegKills.set(file, (ffmpegKills.get(file) ?? 0) + 1);
            return true;
          }),
        ),
    },
    'steal locks': {
      do: async () => {
        for (const deadline = Date.now() + LOOK_MS; Date.now() < deadline; await sleep(20)) {
          const active = await redis.lrange('bull:soundalike-ingest:active', 0, -1).catch(() => []);
          // All at once, as where Redis could not be reached for longer than locks last.
          const locks = active.map((id) => `bull:soundalike-ingest:${id}:lock`);
          if (locks.length > 0 && (await redis.del(...locks).catch(() => 0)) > 0) return true;
        }
        return false;
      },
    },
    'kill redis': { do: crash('redis', 500) },
    'kill postgres': { do: crash('postgres', 1_000) },
    'kill milvus': { do: crash('milvus', 500) },
  };
  for (const name of Object.keys(proxies))
    for (const kind of ['delay', 'reset', 'cut'])
      faults[`${kind} ${name}`] = { do: () => proxies[name].trouble(kind) };
  /** Resolves when every server that was killed is back. */
  const calm = () => Promise.all(coming.values());
  return { faults, calm };
};

/** A server whose helpers are still ending may refuse its first starts: PostgreSQL waits for the last user of its memory. */
const start = async (service) => {
  for (const deadline = Date.now() + COME_BACK_MS; ; ) {
    try {
      return await service.restart();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await service.kill(); // one that did not come up in time would keep its ports
      await sleep(1_000);
    }
  }
};

const kill = ({ pid }) => {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
};
