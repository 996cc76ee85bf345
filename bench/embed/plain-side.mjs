import { buildOnnx, loadWeights, WINDOW_SAMPLES } from '@soundalike/embedder';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** The network as a direct export would run it: one session in the main thread. */
export const plainSide = async ({ model, threads, batch }) => {
  const session = await InferenceSession.create(buildOnnx(await loadWeights(model), 'plain'), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const embed = async (windows) => {
    const vectors = [];
    for (let at = 0; at < windows.length; at += batch) {
      const part = windows.slice(at, at + batch);
      const input = new Float32Array(part.length * WINDOW_SAMPLES);
      part.forEach((window, i) => {
        input.set(window, i * WINDOW_SAMPLES);
      });
      const { embedding } = await session.run({
        audio: new Tensor('float32', input, [part.length, WINDOW_SAMPLES]),
      });
      const size = embedding.dims[1];
      part.forEach((_, i) => {
        vectors.push(embedding.data.slice(i * size, (i + 1) * size));
      });
    }
    return { vectors };
  };
  return { name: 'plain ONNX export', embed, close: () => session.release() };
};
