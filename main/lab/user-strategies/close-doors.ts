/**
 * What a user's strategy may reach: the language itself, what `countersign` gives, and files beside it. Everything else is closed before its
 * first line is loaded: what is not named here is not there.
 */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const API = new URL('../strategy/index.ts', import.meta.url).href;

/**
 * Of the language. Left out: what shares memory, waits for other threads, or runs other code than JavaScript. `eval` and `Function` are of it,
 * and make no code here: a flag of the process sees to that.
 */
const GLOBALS = new Set(
  [
    'globalThis Infinity NaN undefined Object Function Array Number Boolean String Symbol BigInt Date Math JSON Intl RegExp Promise Proxy',
    'Reflect Iterator Map Set WeakMap WeakSet WeakRef FinalizationRegistry Error AggregateError EvalError RangeError ReferenceError SyntaxError',
    'TypeError URIError SuppressedError DisposableStack AsyncDisposableStack ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array',
    'Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array Float32Array Float64Array parseFloat parseInt isFinite isNaN',
    'decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval',
  ]
    .join(' ')
    .split(' '),
);

const FORMATS = new Set(['module', 'module-typescript']);

/** @param folder URL of the strategy's folder, with a slash at its end. @returns the files that were loaded from there, as they come */
export function closeDoors(folder: string): readonly string[] {
  const loaded: string[] = [];
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'countersign') return { url: API, shortCircuit: true };
      const target = specifier.startsWith('node:') ? null : nextResolve(specifier, context);
      if (target?.url.startsWith(folder)) return target;
      throw new Error(`a strategy may import countersign and files beside it, not ${specifier}`);
    },
    load(url, context, nextLoad) {
      const source = nextLoad(url, context);
      if (url !== API && !FORMATS.has(source.format ?? ''))
        throw new Error(`${fileURLToPath(url)} is no module of JavaScript or TypeScript`);
      if (url.startsWith(folder)) loaded.push(fileURLToPath(url));
      return source;
    },
  });
  // Should it ever get hold of them in spite of all that: they lead nowhere.
  for (const name of ['binding', '_linkedBinding', 'dlopen', 'getBuiltinModule', 'mainModule'])
    Reflect.deleteProperty(process, name);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!GLOBALS.has(name)) Reflect.deleteProperty(globalThis, name);
  }
  const silent = (): void => undefined;
  const console = Object.freeze({ log: silent, info: silent, warn: silent, error: silent, debug: silent });
  Object.defineProperty(globalThis, 'console', { value: console });
  Object.freeze(globalThis);
  return loaded;
}
