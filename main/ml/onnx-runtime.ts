// First: the library reads its environment as it loads. Nothing else imports it directly.
import './telemetry-off.ts';

export { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
