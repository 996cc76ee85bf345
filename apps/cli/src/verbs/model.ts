import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import {
  createEmbedder,
  listModels,
  loadModel,
  loadWeights,
  saveModel,
  spaceName,
  withSpace,
} from '@soundalike/embedder';
import { calibrateModel } from '@soundalike/query';
import { isAudioName } from '@soundalike/source';
import { defineVerb, type Invocation } from '../verb.ts';

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
  const [, folder, name] = positionals;
  if (folder === undefined)
    throw new SoundalikeError(
      'INPUT_INVALID',
      'model calibrate needs a folder of audio: soundalike model calibrate <folder> [model]',
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
  const embedder = await createEmbedder({ model: found, provider: context.config.provider });
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

export const model = defineVerb({
  name: 'model',
  summary: 'list, check and calibrate the installed models',
  usage: 'list | verify [name] | calibrate <folder> [name]',
  options: {
    write: {
      type: 'boolean',
      help: 'calibrate: put the result into the manifest; the index must be made anew',
    },
    'fitted-on': { type: 'string', value: 'text', help: 'calibrate: what the audio is, for the manifest' },
  },
  examples: [
    'soundalike model list --json',
    'soundalike model verify',
    'soundalike model calibrate ~/Music/some-albums',
  ],
  run: async (invocation) => {
    const [name = 'list'] = invocation.positionals;
    if (name === 'list') return list(invocation);
    if (name === 'verify') return verify(invocation);
    if (name === 'calibrate') return calibrate(invocation);
    throw new SoundalikeError('INPUT_INVALID', `model ${name}: the actions are list, verify and calibrate`);
  },
});
