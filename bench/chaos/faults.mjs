/** Every kind of fault: how often it happens in one round, and how it is done. `do` returns false where there was nothing to hit. */
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants } from './processes.mjs';

/** An innocent file's ffmpeg is killed at most this often: the third death would make it poison. */
const MAX_FFMPEG_KILLS = 2;

/** What is killed on sight must come by first: it is looked for this long, ms. */
const LOOK_MS = 3_000;

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
  const crash = (name, downMs) => async () => {
    await services[name].kill();
    await sleep(downMs);
    // A server whose helpers are still ending may refuse its first start.
    for (let tries = 1; ; tries++) {
      try {
        return await services[name].restart();
      } catch (error) {
        if (tries === 10) throw error;
        await sleep(1_000);
      }
    }
  };
  const faults = {
    'kill worker': { cheap: true, do: () => random.pick(workers).kill() },
    'kill embedder service': { cheap: true, do: () => embedder.kill() },
    'kill embed child': {
      cheap: true,
      do: () => onSight(() => descendants([...workerPids(), embedder.pid()], 'child-main')),
    },
    'kill ffmpeg': {
      cheap: true,
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
    'steal a lock': {
      cheap: true,
      do: async () => {
        for (const deadline = Date.now() + LOOK_MS; Date.now() < deadline; await sleep(20)) {
          const active = await redis.lrange('bull:soundalike-ingest:active', 0, -1).catch(() => []);
          if (active.length > 0) return redis.del(`bull:soundalike-ingest:${random.pick(active)}:lock`);
        }
        return false;
      },
    },
    'kill redis': { cheap: false, do: crash('redis', 500) },
    'kill postgres': { cheap: false, do: crash('postgres', 1_000) },
    'kill milvus': { cheap: false, do: crash('milvus', 500) },
  };
  for (const name of Object.keys(proxies))
    for (const kind of ['delay', 'reset', 'cut'])
      faults[`${kind} ${name}`] = { cheap: true, do: () => proxies[name].trouble(kind) };
  return faults;
};

const kill = ({ pid }) => {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
};
