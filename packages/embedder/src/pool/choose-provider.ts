import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Provider } from '../embedder.ts';

/** Windows in one network run. On a CPU larger batches gain nothing and wait longer; a GPU needs them, of one fixed shape. */
export const BATCH: Readonly<Record<Provider, number>> = { cpu: 4, webgpu: 32, cuda: 32 };

/** What a provider needs beside onnxruntime-node, for the error where it cannot run. */
export const NEEDS: Readonly<Record<Exclude<Provider, 'cpu'>, string>> = {
  cuda: 'onnxruntime’s CUDA library beside its binding (npm rebuild onnxruntime-node with onnxruntime-node-install=cuda12), CUDA 12, cuDNN 9 and an NVIDIA driver; see docs/gpu.md',
  webgpu: 'a GPU with a Vulkan (Linux), D3D12 (Windows) or Metal (macOS) driver; see docs/gpu.md',
};

/**
 * The provider that `auto` means here: CUDA where its library was installed, which nobody does by accident, else the CPU. WebGPU is asked for
 * by name: a software Vulkan driver would be taken for a GPU.
 */
export const chooseProvider = (asked: Provider | 'auto'): Provider => {
  if (asked !== 'auto') return asked;
  return hasCudaLibrary() ? 'cuda' : 'cpu';
};

const hasCudaLibrary = (): boolean => {
  try {
    const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    return existsSync(
      join(root, 'bin/napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so'),
    );
  } catch {
    return false;
  }
};
