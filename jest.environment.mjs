import { TestEnvironment } from 'jest-environment-node';

/** Native tensors are made with the host realm's typed arrays; Jest's own copies would be rejected by onnxruntime. */
export default class HostArraysEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    Object.assign(this.global, { Float32Array, BigInt64Array, Uint8Array, ArrayBuffer });
  }
}
