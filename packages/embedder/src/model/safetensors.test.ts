import { STAGES } from './architecture.ts';
import { randomWeights } from './random-weights.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { hashWeights, readWeights, weightsToBytes } from './weights.ts';

const bytesOf = (data: Float32Array | undefined) => Buffer.from((data ?? new Float32Array()).buffer);

describe('weights', () => {
  test('a seed gives the same bytes on every machine', () => {
    expect(hashWeights(weightsToBytes(randomWeights(1)))).toBe(hashWeights(weightsToBytes(randomWeights(1))));
    expect(hashWeights(weightsToBytes(randomWeights(1)))).not.toBe(
      hashWeights(weightsToBytes(randomWeights(2))),
    );
  });

  test('write and read agree, in float32', () => {
    const weights = randomWeights(3);
    const read = readWeights(weightsToBytes(weights), 'm');
    for (const [name, data] of weights)
      expect(Buffer.compare(bytesOf(read.get(name)), bytesOf(data))).toBe(0);
    expect(STAGES).toHaveLength(11);
  });

  test.each([
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 100)],
    ['not safetensors', () => new TextEncoder().encode('PK\u0003\u0004 hello world, this is a zip')],
    ['empty', () => new Uint8Array()],
    ['not finite', (bytes: Uint8Array) => new Uint8Array(bytes).fill(0xff, bytes.length - 8)],
  ])('%s files are refused', (_label, spoil) => {
    const bytes = weightsToBytes(randomWeights(1));
    expect(() => readWeights(spoil(bytes), 'm')).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });

  test('a missing tensor and a wrong shape are named', () => {
    const small = writeSafetensors([
      { name: 'sequential.0.0.weight', shape: [2], data: new Float32Array(2) },
    ]);
    expect(readSafetensors(small, 'm').size).toBe(1);
    expect(() => readWeights(small, 'm')).toThrow('sequential.0.0.weight is 2, not 128x1x3');
  });
});
