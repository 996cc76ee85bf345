// The order matters: the library reads its environment when it is loaded.
import './without-telemetry.ts';

export { InferenceSession, Tensor } from 'onnxruntime-node';
