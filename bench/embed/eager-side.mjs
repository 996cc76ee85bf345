import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { loadWeights, weightsToBytes } from '@soundalike/embedder';

const DIMENSION = 512;

/** The network in PyTorch, in a process of its own that reads the same windows and takes its own time, so that the way to it costs it nothing. */
export const eagerSide = async ({ python, model, windows, folder, threads, batch }) => {
  const [weights, audio, target] = ['encoder.safetensors', 'windows.f32', 'vectors.f32'].map((name) =>
    join(folder, name),
  );
  await writeFile(weights, weightsToBytes(await loadWeights(model)));
  await writeWindows(audio, windows);
  const script = fileURLToPath(new URL('eager.py', import.meta.url));
  const child = spawn(python, [script, weights, audio, `${threads}`, `${batch}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined); // the end of the child says more
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise((_, reject) => {
    child.once('error', (error) => reject(new Error(`--python ${python}: ${error.message}`)));
    child.once('close', (code) => reject(new Error(`--python ${python} ended with ${code}; it needs torch`)));
  });
  failed.catch(() => undefined);
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    return done ? failed : JSON.parse(value);
  };
  const { torch, capability } = await answer();
  return {
    name: 'PyTorch eager',
    torch: `${torch}, ${capability}`,
    embed: async () => {
      child.stdin.write(`${target}\n`);
      const { seconds } = await answer();
      const { buffer } = new Uint8Array(await readFile(target));
      return {
        seconds,
        vectors: windows.map((_, i) => new Float32Array(buffer, 4 * DIMENSION * i, DIMENSION)),
      };
    },
    close: async () => {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
    },
  };
};

const writeWindows = async (path, windows) => {
  const file = await open(path, 'w');
  for (const { buffer, byteOffset, byteLength } of windows)
    await file.write(new Uint8Array(buffer, byteOffset, byteLength));
  await file.close();
};
