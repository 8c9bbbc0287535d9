/** Preloaded by a process that is to find no WebAssembly build of ONNX Runtime, as in a package for a platform that has a native one. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'onnxruntime-web') throw new Error('Cannot find package onnxruntime-web');
    return next(specifier, context);
  },
});
