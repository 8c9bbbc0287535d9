/**
 * A seal marks the objects that one module made: the holder of the seal stamps, others can only check. It is what makes
 * "a countersigned order comes from approval" true at run time and not only in the types.
 */
export interface Seal<T extends object> {
  stamp(value: T): T;
  isStamped(value: T): boolean;
}

export function createSeal<T extends object>(): Seal<T> {
  const stamped = new WeakSet<T>();
  return {
    stamp(value) {
      stamped.add(Object.freeze(value));
      return value;
    },
    isStamped: (value) => stamped.has(value),
  };
}
