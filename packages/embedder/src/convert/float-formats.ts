/** Numbers of a storage class as float32. `undefined` for classes that hold no weights. */
export const toFloats = (type: string, bytes: Uint8Array): Float32Array | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (size: number, at: (offset: number) => number) =>
    Float32Array.from({ length: Math.floor(bytes.byteLength / size) }, (_, index) => at(index * size));
  switch (type) {
    case 'torch.FloatStorage':
      return read(4, (offset) => view.getFloat32(offset, true));
    case 'torch.DoubleStorage':
      return read(8, (offset) => view.getFloat64(offset, true));
    case 'torch.HalfStorage':
      return read(2, (offset) => halfToNumber(view.getUint16(offset, true)));
    case 'torch.BFloat16Storage': {
      const scratch = new DataView(new ArrayBuffer(4));
      return read(2, (offset) => {
        scratch.setUint32(0, view.getUint16(offset, true) << 16);
        return scratch.getFloat32(0);
      });
    }
    default:
      return undefined;
  }
};

/** IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. */
const halfToNumber = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};
