/** Numbers as little-endian float32, which is what every platform Node runs on has in memory. */
export const floatsToBytes = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A copy, for bytes of a database need not lie at a multiple of four. */
export const floatsFromBytes = (bytes: Uint8Array): Float32Array =>
  new Float32Array(Uint8Array.from(bytes).buffer);
