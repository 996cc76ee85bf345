export { checkNetwork, convertModel } from './convert/convert-model.ts';
export { readForeignWeights } from './convert/read-foreign-weights.ts';
export {
  type AudioFrames,
  type AudioInput,
  type DecodedAudio,
  type DecodeOptions,
  decodeAudio,
} from './decode/decode-audio.ts';
export {
  checkAudible,
  type EmbeddedClip,
  type EmbeddedTrack,
  type EmbedTrackOptions,
  embedTrack,
  MIN_SECONDS,
} from './embed-track.ts';
export * from './embedder.ts';
export { createTransformFit, SHRINKAGE, type TransformFit } from './fit-transform.ts';
export { LEVEL_TENSOR } from './model/architecture.ts';
export { buildInt8Onnx, MAX_WEIGHT, type Quantisation } from './model/build-int8-onnx.ts';
export { buildOnnx } from './model/build-onnx.ts';
export {
  coverageOf,
  type DescribedSpace,
  describeSpace,
  hopOf,
  keepTransform,
} from './model/describe-space.ts';
export { fitInt8 } from './model/fit-int8.ts';
export { floatsFromBase64, floatsToBase64 } from './model/floats-base64.ts';
export { goldenClips } from './model/golden-clips.ts';
export { INT8_FILE, int8ToBytes, loadInt8 } from './model/int8-file.ts';
export {
  BUNDLED_MODELS,
  describeModel,
  type LoadedModel,
  listModels,
  loadModel,
  loadWeights,
} from './model/load-model.ts';
export { type Manifest, manifestSchema, parseManifest } from './model/manifest.ts';
export { modelOfSpace } from './model/model-of-space.ts';
export { embedderFor, type ModelVariant, modelVariant } from './model/model-variant.ts';
export { randomWeights } from './model/random-weights.ts';
export { saveModel, withSpace } from './model/save-model.ts';
export { DECODING, spaceName } from './model/space-name.ts';
export { toLevel } from './model/to-level.ts';
export { readTransform, transformToFiles } from './model/transform-files.ts';
export { type EncoderWeights, hashWeights, readWeights, weightsToBytes } from './model/weights.ts';
export type { ClipVectors } from './pipeline/clip-vectors.ts';
export type { ClmrOptions } from './pipeline/clmr.ts';
export type {
  AudioCollection,
  Collection,
  FramesCollection,
  SourceCollection,
  VectorCollection,
} from './pipeline/collection.ts';
export type { DecodeStageOptions, LazyAudio } from './pipeline/lazy-audio.ts';
export { createPipeline, dc, glob, type Pipeline, type Sources } from './pipeline/pipeline.ts';
export type { PipelineOptions } from './pipeline/pipeline-options.ts';
export type { ShowOptions } from './pipeline/show.ts';
export type { AudioSource } from './pipeline/sources.ts';
export type { Column, ColumnsOf, FromTo, Table, With } from './pipeline/table.ts';
export type { TimedFrames, TimeWindowOptions } from './pipeline/time-window.ts';
export { checkGolden, GOLDEN_COSINE } from './pool/check-golden.ts';
export { createEmbedder, type EmbedderOptions } from './pool/create-embedder.ts';
export { identifyFile } from './pull/known-files.ts';
export { PUBLISHED, type PublishedName, pullModel } from './pull/pull-model.ts';
export { createRemoteEmbedder, type RemoteEmbedderOptions } from './remote/create-remote-embedder.ts';
export { type EmbedderService, type EmbedderServiceOptions, serveEmbedder } from './remote/serve-embedder.ts';
export type { PcmFormat } from './remote/wire.ts';
export { createSession } from './session.ts';
export {
  createSignature,
  SIGNATURE_HOP,
  type Signature,
  signatureFromBytes,
  signatureToBytes,
} from './signature/compute-signature.ts';
export {
  matchSignature,
  type ShiftedSignature,
  SIGNATURE_LIMITS,
  type SignatureLimits,
  type SignatureMatch,
} from './signature/match-signature.ts';
export { type AudioWindow, type SliceOptions, sliceWindows } from './slice-windows.ts';
export { fromSpace, meanVector, type SpaceVector, toSpace } from './to-space.ts';
