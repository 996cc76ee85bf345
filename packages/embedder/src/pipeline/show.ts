/** Values printed of a vector, as many as say which one it is. */
const VALUES = 3;

export interface ShowOptions {
  /** Rows at most; no more than these are computed. Default 5. */
  readonly limit?: number | undefined;
  /** Where the text goes. Default: standard output. */
  readonly write?: ((text: string) => void) | undefined;
}

/** Prints the first values of a stream, one a line. */
export const showValues = async (values: AsyncIterable<unknown>, options: ShowOptions = {}): Promise<void> =>
  print(values, describe, options);

/** Prints the first rows, the columns' names above them. */
export const showRows = async (
  rows: AsyncIterable<object>,
  columns: readonly string[],
  options: ShowOptions = {},
): Promise<void> => {
  write(options, columns.join(' | '));
  await print(
    rows,
    (row) => columns.map((column) => describe(Reflect.get(row, column))).join(' | '),
    options,
  );
};

const print = async <T>(values: AsyncIterable<T>, text: (value: T) => string, options: ShowOptions) => {
  let left = options.limit ?? 5;
  if (left <= 0) return;
  for await (const value of values) {
    write(options, text(value));
    left -= 1;
    if (left === 0) return;
  }
};

const write = ({ write: to = (text) => process.stdout.write(text) }: ShowOptions, line: string) =>
  to(`${line}\n`);

/** A value in a few words: vectors by their first values and shape, audio by what it is. */
export const describe = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('shape' in value && 'data' in value) {
    const { shape, data } = value as { shape: readonly number[]; data: Float32Array };
    const first = Array.from(data.subarray(0, VALUES), (number) => Number(number.toPrecision(8)));
    return `[${first.join(', ')}, ...] shape=(${shape.join(', ')})`;
  }
  if ('samples' in value) {
    const frames = value as { samples: Float32Array; sampleRate: number; channels: number };
    const seconds = frames.samples.length / frames.channels / frames.sampleRate;
    return `frames(${seconds.toFixed(2)} s, channels=${frames.channels}, rate=${frames.sampleRate})`;
  }
  if ('open' in value && 'source' in value) return `audio(${value.source})`;
  return String(value);
};
