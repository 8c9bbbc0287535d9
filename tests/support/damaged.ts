import fc from 'fast-check';

/** Any JSON, with what breaks careless readers among it: objects without a text form, numbers beyond a double, long decimals. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    null,
    '',
    '-1',
    'NaN',
    '1e400',
    '0x10',
    '9'.repeat(400),
    `0.${'0'.repeat(30)}1`,
    '1.2.3',
    -1,
    -0,
    1.5,
    Number.MAX_SAFE_INTEGER,
    1e308,
    '__proto__',
    [],
    {},
    [[]],
    [null],
    { toString: 1, valueOf: 2 },
    { length: -1 },
    { s: { toString: null } },
  ),
);

type Path = readonly (string | number)[];

/** Every place in a JSON value, as the keys that lead there; the value itself first. */
export function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((inner, at) => [at, inner] as const) : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

function changedAt(value: unknown, [key, ...rest]: Path, change: (inner: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? (Object.assign([], value) as unknown as Record<string, unknown>)
    : { ...(value as object) };
  if (Array.isArray(copy) && (key as number) >= copy.length) throw new RangeError('this place is gone');
  const inner = changedAt(copy[key], rest, change);
  if (inner !== undefined) copy[key] = inner;
  else if (Array.isArray(copy)) copy.splice(key as number, 1);
  else delete copy[key];
  return copy;
}

/** A value with one to three places replaced by other JSON or taken away. */
export function damaged(value: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(value);
  const damage = fc.tuple(fc.nat(), fc.oneof({ weight: 4, arbitrary: anyJson }, fc.constant(undefined)));
  return fc.array(damage, { minLength: 1, maxLength: 3 }).map((damages) =>
    damages.reduce<unknown>((made, [at, put]) => {
      const path = places[at % places.length] as Path;
      try {
        return changedAt(made, path, () => put) ?? null;
      } catch {
        // An earlier damage has taken the place away.
        return made;
      }
    }, value),
  );
}

/** Bytes with some of them changed, cut off or put in between. */
export function damagedBytes(sound: Uint8Array): fc.Arbitrary<Uint8Array> {
  // A `Buffer` cuts without copying: what is changed in a cut would be changed in the original.
  const bytes = Uint8Array.from(sound);
  const at = fc.nat({ max: Math.max(0, bytes.length - 1) });
  return fc.oneof(
    at.map((length) => bytes.slice(0, length)),
    fc.array(fc.tuple(at, fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }).map((changes) => {
      const copy = bytes.slice();
      for (const [where, byte] of changes) copy[where] = byte;
      return copy;
    }),
    fc
      .tuple(at, fc.uint8Array({ minLength: 1, maxLength: 40 }))
      .map(([where, put]) => Buffer.concat([bytes.slice(0, where), put, bytes.slice(where)])),
    fc.tuple(at, at).map(([a, b]) => Buffer.concat([bytes.slice(0, Math.min(a, b)), bytes.slice(Math.max(a, b))])),
  );
}
