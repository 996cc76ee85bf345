import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { TENSOR_SHAPES } from '../model/architecture.ts';
import { buildOnnx } from '../model/build-onnx.ts';
import { loadModel, loadWeights } from '../model/load-model.ts';
import { randomWeights } from '../model/random-weights.ts';
import { type EncoderWeights, weightsToBytes } from '../model/weights.ts';
import { convertModel } from './convert-model.ts';
import { readForeignWeights } from './read-foreign-weights.ts';
import { unpickle } from './unpickle.ts';
import { writeZip } from './write-zip.fixture.ts';

// Checkpoints of 10 MB each are written and read; slow machines take their time.
jest.setTimeout(60_000);

const FIXTURES = join(__dirname, '__fixtures__');
const folder = temporaryFolder('convert');

/** Storage of each tensor in the fixtures, as `make_fixtures.py` found it. */
const keys = JSON.parse(readFileSync(join(FIXTURES, 'keys.json'), 'utf8')) as {
  [checkpoint: string]: [tensor: string, key: string][];
} & { legacy: [tensor: string, count: number, size: number][] };
const pickle = (name: string) => readFileSync(join(FIXTURES, `${name}.pkl`));
const weights = withNorms(randomWeights(5));

/** Batch normalisation that does something, so that a mixed-up part shows. */
function withNorms(random: EncoderWeights): EncoderWeights {
  const values = new Map([...random].map(([name, data]) => [name, Float32Array.from(data)]));
  let seed = 1;
  for (const [name, data] of values)
    if (!name.endsWith('.0.weight'))
      data.forEach((_, i) => {
        seed = (seed * 16_807) % 2_147_483_647;
        data[i] =
          (name.endsWith('1.weight') || name.endsWith('var') ? 0.8 : -0.1) + (0.4 * seed) / 2_147_483_647;
      });
  return values;
}

const bytesOf = (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const short = (tensor: string) => tensor.replace(/^.*?(?=sequential)/, '');

/** The checkpoint as PyTorch would have written it with our numbers. */
const checkpoint = (name: string, convert: (data: Float32Array) => Uint8Array = bytesOf) => {
  const files = new Map<string, Uint8Array>([
    ['archive/data.pkl', pickle(name)],
    ['archive/byteorder', Buffer.from('little')],
  ]);
  for (const [tensor, key] of keys[name] ?? []) {
    const data = weights.get(short(tensor));
    if (data) files.set(`archive/data/${key}`, convert(data));
  }
  return files;
};

const legacy = () => {
  const storages = keys.legacy.map(([tensor, count, size]) => {
    const data = weights.get(short(tensor));
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(count));
    return Buffer.concat([head, data ? bytesOf(data) : Buffer.alloc(count * size)]);
  });
  return Buffer.concat([pickle('legacy'), ...storages]);
};

/** The upper bits of each number: cut, not rounded; what is smaller than a normal half becomes 0. */
const toHalf = (data: Float32Array) => {
  const bits = Uint16Array.from(new Uint32Array(data.slice().buffer), (single) => {
    const exponent = ((single >> 23) & 0xff) - 127 + 15;
    return ((single >> 16) & 0x8000) | (exponent > 0 ? (exponent << 10) | ((single >> 13) & 0x3ff) : 0);
  });
  return new Uint8Array(bits.buffer);
};

const save = (name: string, bytes: Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

const expectWeights = async (path: string) => {
  const read = await readForeignWeights(path);
  for (const name of TENSOR_SHAPES.keys())
    expect(
      Buffer.compare(bytesOf(read.get(name) as Float32Array), bytesOf(weights.get(name) as Float32Array)),
    ).toBe(0);
};

const expectRefused = (bytes: Uint8Array, reason: RegExp, name = 'bad.pt') =>
  expect(readForeignWeights(save(name, bytes))).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringMatching(reason),
  });

describe('checkpoints that PyTorch wrote', () => {
  test('a plain state dictionary', () => expectWeights(save('plain.pt', writeZip(checkpoint('plain')))));

  test('a Lightning checkpoint with settings, classes as keys and functions in it', () =>
    expectWeights(save('lightning.ckpt', writeZip(checkpoint('lightning')))));

  test('inside another zip, packed', () =>
    expectWeights(
      save(
        'outer.zip',
        writeZip(new Map([['clmr_checkpoint_10000.pt', writeZip(checkpoint('plain'))]]), true),
      ),
    ));

  test('the format from before PyTorch 1.6', () => expectWeights(save('legacy.pt', legacy())));

  test('half precision', async () => {
    const read = await readForeignWeights(save('half.pt', writeZip(checkpoint('half', toHalf))));
    for (const [name, data] of weights) {
      const found = read.get(name) as Float32Array;
      expect(data.every((value, i) => Math.abs(value - (found[i] as number)) < 1e-3)).toBe(true);
    }
  });
});

describe('other formats', () => {
  test('safetensors', () => expectWeights(save('a.safetensors', weightsToBytes(weights))));

  test('ONNX with batch normalisation as nodes', () =>
    expectWeights(save('plain.onnx', buildOnnx(weights, 'plain'))));

  test('ONNX with batch normalisation folded, in two dimensions, is the same network', async () => {
    const model = await convertModel({
      file: save('fast.onnx', buildOnnx(weights, 'fast')),
      name: 'folded',
      modelsFolder: join(folder, 'models'),
    });
    expect(model.largestDifference).toBeLessThan(1e-5);
  });
});

describe('files that are refused', () => {
  const whole = () => writeZip(checkpoint('plain'));

  test('a call in place of a tensor is named and never made', async () => {
    await expectRefused(
      writeZip(checkpoint('hostile')),
      /sequential\.3\.0\.weight is not a plain tensor.*system/,
    );
    expect(existsSync('/tmp/soundalike-was-here')).toBe(false);
  });

  test.each<[string, () => Uint8Array, RegExp]>([
    ['empty', () => Buffer.alloc(0), /empty/],
    ['text', () => Buffer.from('hello, I am no model at all'), /no PyTorch checkpoint/],
    ['half of a zip', () => whole().subarray(0, 5_000_000), /cut short/],
    [
      'a zip with its end alone',
      () => whole().subarray(-22),
      /no PyTorch checkpoint|cut short|damaged|holds no model|nothing/,
    ],
    [
      'a zip of other things',
      () => writeZip(new Map([['a.txt', Buffer.from('x')]])),
      /holds no model; it holds a\.txt/,
    ],
    ['half of a legacy file', () => legacy().subarray(0, 3_000_000), /cut short/],
    ['half of an ONNX model', () => buildOnnx(weights).subarray(0, 2_000_000), /ONNX|cut short/],
    ['a plain Python pickle', () => Buffer.from('\x80\x04N.', 'latin1'), /no checkpoint of PyTorch/],
    [
      'a storage that is missing',
      () => {
        const files = checkpoint('plain');
        files.delete('archive/data/7');
        return writeZip(files);
      },
      /storage 7 is missing/,
    ],
    [
      'a storage that is too small',
      () => writeZip(checkpoint('plain').set('archive/data/7', Buffer.alloc(40))),
      /smaller than a tensor/,
    ],
    [
      'a value that is not finite',
      () => writeZip(checkpoint('plain').set('archive/data/0', Buffer.alloc(4 * 384, 0xff))),
      /not finite/,
    ],
    [
      'another network',
      () => writeZip(new Map([['a/data.pkl', Buffer.from('\x80\x02}X\x01\x00\x00\x00aK\x01s.', 'latin1')]])),
      /no SampleCNN encoder.*begins with a/,
    ],
  ])('%s', (_label, bytes, reason) => expectRefused(bytes(), reason));

  test('a missing file and a folder', async () => {
    await expect(readForeignWeights(join(folder, 'nowhere.pt'))).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
    await expect(readForeignWeights(folder)).rejects.toMatchObject({
      code: expect.stringMatching(/MODEL_INVALID|SOURCE/),
    });
  });
});

describe('hostile pickles', () => {
  const run = (program: string | Buffer) =>
    unpickle(typeof program === 'string' ? Buffer.from(program, 'latin1') : program, 'hostile');

  test('names off the list become placeholders that nothing calls', () => {
    expect(run("cos\nsystem\n(S'touch /tmp/soundalike-was-here'\ntR.").value).toEqual({
      kind: 'placeholder',
      name: 'os.system',
    });
    expect(run('cbuiltins\neval\n(V1+1\ntR.').value).toMatchObject({ name: 'builtins.eval' });
    expect(run('\x80\x04\x8c\x08builtins\x8c\x04exec\x93\x8c\x01x\x85R.').value).toMatchObject({
      name: 'builtins.exec',
    });
    expect(run('(ios\nsystem\n.').value).toMatchObject({ name: 'os.system' });
    expect(run('c__main__\n__proto__\n).').value).toEqual([]);
    expect(run('ccollections\nOrderedDict\n)R(V__proto__\nK\x01u.').value).toEqual(
      new Map([['__proto__', 1]]),
    );
  });

  test('deep nesting needs no recursion', () => {
    const deep = Buffer.concat([Buffer.from('N'), Buffer.alloc(1_000_000, 0x85), Buffer.from('.')]);
    expect(Array.isArray(run(deep).value)).toBe(true);
  });

  test.each<[string, string | Buffer]>([
    ['a text of 10 GB', '\x8d\x00\xe4\x0b\x54\x02\x00\x00\x00x.'],
    ['bytes of 4 GB', 'B\xff\xff\xff\xffx.'],
    ['a number of 2 GB', '\x8b\xff\xff\xff\x7fx.'],
    ['a number of a million digits', `L${'9'.repeat(1_000_000)}L\n.`],
    ['an empty stack', '0.'],
    ['an unknown operation', '\xff.'],
    ['no end', 'N'],
    ['a name that is a list', ']]\x93.'],
    ['a reference to nothing', 'h\x05.'],
    ['endless steps', Buffer.alloc(6_000_000, 0x4e)],
    [
      'dictionaries out of one long list, again and again',
      Buffer.concat([
        Buffer.from('ccollections\nOrderedDict\nq\x000](', 'latin1'),
        Buffer.alloc(100_000, 0x4e),
        Buffer.from('eq\x01', 'latin1'),
        Buffer.concat(Array.from({ length: 1_000 }, () => Buffer.from('h\x00h\x01\x85R', 'latin1'))),
        Buffer.from('.'),
      ]),
    ],
  ])('%s is refused, quickly', (_label, program) => {
    const before = process.memoryUsage().rss;
    expect(() => run(program)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });
});

describe('convertModel', () => {
  test('writes a model that loads, and the network as ONNX', async () => {
    const modelsFolder = join(folder, 'models');
    const onnxFile = join(folder, 'out.onnx');
    const file = save('mine.pt', writeZip(checkpoint('plain')));
    const made = await convertModel({ file, name: 'mine', modelsFolder, license: 'MIT', onnxFile });
    const model = await loadModel({ name: 'mine', modelsFolder });
    expect(model.info).toMatchObject({ trained: true, license: 'MIT', space: made.info.space });
    expect((await loadWeights(model)).get('sequential.4.0.weight')).toEqual(
      weights.get('sequential.4.0.weight'),
    );
    expect(Buffer.compare(readFileSync(onnxFile), buildOnnx(weights))).toBe(0);
  });

  test.each(['', '../evil', 'UPPER', 'a/b'])('the name %p is refused', async (name) => {
    const file = save('named.safetensors', weightsToBytes(weights));
    await expect(convertModel({ file, name, modelsFolder: folder })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  test('a network that answers everything with zeros is refused', async () => {
    const dead = new Map(weights)
      .set('sequential.9.1.weight', new Float32Array(512))
      .set('sequential.9.1.bias', new Float32Array(512).fill(-1));
    dead
      .set('sequential.10.0.bias', new Float32Array(512))
      .set('sequential.10.1.bias', new Float32Array(512));
    dead.set('sequential.10.1.running_mean', new Float32Array(512));
    const file = save('dead.safetensors', weightsToBytes(dead));
    await expect(convertModel({ file, name: 'dead', modelsFolder: folder })).rejects.toThrow(/constant/);
  });
});
