import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import {
  convertModel,
  createEmbedder,
  listModels,
  loadInt8,
  loadModel,
  loadWeights,
  PUBLISHED,
  type PublishedName,
  pullModel,
  saveModel,
  spaceName,
  withSpace,
} from '@soundalike/embedder';
import { calibrateModel } from '@soundalike/query';
import { isAudioName } from '@soundalike/source';
import { defineVerb, type Invocation } from '../verb.ts';
import { VOLATILE_QUEUE } from '../volatile-queue.ts';
import { calibrateStored } from './model/calibrate-stored.ts';
import { use } from './model/use.ts';

const list = async ({ context, output }: Invocation): Promise<number> => {
  const models = await listModels(context.config.modelsDir);
  const inUse = (await context.model()).info.name;
  const rows = models.map(({ info, manifest }) => ({
    name: info.name,
    inUse: info.name === inUse,
    trained: info.trained,
    quality: manifest.quality,
    license: info.license,
    space: info.space,
    description: info.description,
    trainingData: manifest.trainingData,
  }));
  output.document(rows);
  for (const row of rows) {
    output.print(
      `${row.inUse ? '*' : ' '} ${row.name}${row.trained ? '' : ' (untrained)'}  ${row.license}  space ${row.space}\n    ${row.description}`,
    );
  }
  return 0;
};

const verify = async ({ context, output, positionals }: Invocation): Promise<number> => {
  const models = await listModels(context.config.modelsDir);
  const wanted =
    positionals[1] === undefined ? models : models.filter(({ info }) => info.name === positionals[1]);
  if (wanted.length === 0)
    throw new SoundalikeError('MODEL_NOT_FOUND', `The model "${positionals[1]}" is not installed`);
  for (const model of wanted) {
    await loadWeights(model);
    if (model.manifest.variants?.int8) await loadInt8(model);
    output.print(`${model.info.name}: names, shapes, values and SHA-256 are right`);
  }
  output.document(wanted.map(({ info }) => ({ name: info.name, sha256: info.weightsSha256, ok: true })));
  return 0;
};

/**
 * Fits centre and score calibration to a folder of audio. `--write` puts them into the model's manifest, which makes a new space: its
 * index must be made anew.
 */
const calibrate = async ({ context, output, positionals, options, signal }: Invocation): Promise<number> => {
  if (options.stored === true) return calibrateStored({ context, output, positionals, options, signal });
  const [, folder, name] = positionals;
  if (folder === undefined)
    throw new SoundalikeError(
      'INPUT_INVALID',
      'model calibrate needs a folder of audio: soundalike model calibrate <folder> [model]; or --stored',
    );
  const found = await loadModel({
    name: name ?? context.config.model,
    modelsFolder: context.config.modelsDir,
  });
  const entries = await readdir(folder, { recursive: true }).catch((cause) => {
    throw new SoundalikeError('SOURCE_NOT_FOUND', `${folder} is not a folder that can be read`, { cause });
  });
  const files = entries
    .filter(isAudioName)
    .sort()
    .map((entry) => join(folder, entry));
  const embedder = await createEmbedder({
    model: found,
    provider: context.config.provider,
    precision: 'fp32',
  });
  const { transform, calibration, seen } = await calibrateModel({
    embedder,
    files,
    signal,
    ffmpeg: await context.ffmpeg(),
    onProgress: (done, total) =>
      done % 20 === 0 || done === total ? output.note(`${done}/${total} tracks`) : undefined,
  }).finally(() => embedder.close());
  const fittedOn =
    typeof options['fitted-on'] === 'string'
      ? options['fitted-on']
      : `${files.length} files of ${basename(folder)}`;
  const { manifest, files: beside } = withSpace(found.manifest, {
    transform,
    transformFittedOn: fittedOn,
    calibration,
    calibrationFittedOn: fittedOn,
  });
  const space = spaceName({ ...manifest, weightsSha256: manifest.weights.sha256, transform });
  output.document({ model: manifest.name, space, calibration, seen });
  output.print(`${manifest.name}: space ${space}\n${JSON.stringify({ calibration, seen }, null, 2)}`);
  if (options.write === true) await saveModel({ folder: found.folder, manifest, files: beside });
  else output.note('Nothing was written; --write puts this into the manifest.');
  return 0;
};

/** Says what was installed and how to go over to it. */
const installed = (
  { output }: Invocation,
  found: Awaited<ReturnType<typeof convertModel>>,
  identity?: { sha256: string; known: string | undefined },
): number => {
  const { info, folder, largestDifference } = found;
  output.document({
    name: info.name,
    space: info.space,
    folder,
    weightsSha256: info.weightsSha256,
    largestDifference,
    ...identity,
    known: identity?.known ?? null,
  });
  if (identity)
    output.print(
      `sha256 ${identity.sha256}: ${identity.known ?? 'not a file that is known; its structure, values and a self-test were right'}`,
    );
  output.print(
    `${info.name} is installed in ${folder}, space ${info.space}. Its centre and score curve are neutral: soundalike model calibrate <folder> ${info.name} --write fits them to your audio. soundalike model use ${info.name} builds its index beside the live one, soundalike index promote goes over to it.`,
  );
  return 0;
};

const convert = async (invocation: Invocation): Promise<number> => {
  const { context, positionals, options } = invocation;
  const [, file, name = 'converted'] = positionals;
  if (file === undefined)
    throw new SoundalikeError(
      'INPUT_INVALID',
      'model convert needs a file: soundalike model convert <file> [name]',
    );
  const text = (option: string) => (typeof options[option] === 'string' ? options[option] : undefined);
  return installed(
    invocation,
    await convertModel({
      file,
      name,
      modelsFolder: context.config.modelsDir,
      license: text('license'),
      onnxFile: text('onnx'),
    }),
  );
};

const pull = async (invocation: Invocation): Promise<number> => {
  const { context, output, positionals, options, signal } = invocation;
  const name = positionals[1] ?? 'clmr';
  if (!(name in PUBLISHED))
    throw new SoundalikeError(
      'INPUT_INVALID',
      `model pull knows ${Object.keys(PUBLISHED).join(', ')}; got "${name}"`,
    );
  const from = typeof options.from === 'string' ? options.from : undefined;
  const url = typeof options.url === 'string' ? options.url : undefined;
  let shown = 0;
  const found = await pullModel({
    name: name as PublishedName,
    modelsFolder: context.config.modelsDir,
    from,
    url,
    signal,
    onProgress: (done, total) => {
      if (Date.now() - shown < 1000 && done !== total) return;
      shown = Date.now();
      output.note(`${(done / 1e6).toFixed(1)} MB${total ? ` of ${(total / 1e6).toFixed(1)}` : ''}`);
    },
  });
  return installed(invocation, found, { sha256: found.sha256, known: found.known });
};

export const model = defineVerb({
  usage:
    'list | pull [clmr] | convert <file> [name] | use <name> | verify [name] | calibrate <folder> [name] | calibrate --stored',
  takes: { list: 0, pull: 1, convert: 2, use: 1, verify: 1, calibrate: 2 },
  options: {
    from: { type: 'string', value: 'file', help: 'pull: take this file instead of downloading' },
    url: { type: 'string', value: 'url', help: 'pull: download from here instead' },
    license: { type: 'string', value: 'text', help: 'convert: the licence of the weights, for the manifest' },
    onnx: { type: 'string', value: 'file', help: 'convert: write the network as ONNX, too' },
    write: {
      type: 'boolean',
      help: 'calibrate: put the result into the manifest, after which the index must be made anew; with --stored: build that space from stored vectors',
    },
    stored: {
      type: 'boolean',
      help: 'calibrate: fit to the index itself; nothing is decoded but some excerpts',
    },
    shrinkage: { type: 'string', value: '0..1', help: 'calibrate --stored: how tamely to whiten (0.3)' },
    centre: { type: 'boolean', help: 'calibrate --stored: only centre' },
    'queue-only': { type: 'boolean', help: 'use: leave the work to workers that run elsewhere' },
    ...VOLATILE_QUEUE,
    'fitted-on': { type: 'string', value: 'text', help: 'calibrate: what the audio is, for the manifest' },
  },
  examples: [
    'soundalike model list --json',
    'soundalike model pull clmr',
    'soundalike model convert checkpoint.pt mine',
    'soundalike model use clmr',
    'soundalike model verify',
    'soundalike model calibrate ~/Music/some-albums',
    'soundalike model calibrate --stored --write',
  ],
  run: async (invocation) => {
    const [name = 'list'] = invocation.positionals;
    if (name === 'list') return list(invocation);
    if (name === 'pull') return pull(invocation);
    if (name === 'convert') return convert(invocation);
    if (name === 'use') return use(invocation);
    if (name === 'verify') return verify(invocation);
    if (name === 'calibrate') return calibrate(invocation);
    throw new SoundalikeError(
      'INPUT_INVALID',
      `model ${name}: the actions are list, pull, convert, use, verify and calibrate`,
    );
  },
});
