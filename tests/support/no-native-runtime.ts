/** Preloaded by a process that is to find no native ONNX Runtime, as on a machine that none is made for. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'onnxruntime-node') throw new Error('Cannot find module onnxruntime_binding.node');
    return next(specifier, context);
  },
});
