/**
 * Reads the protobuf wire format: a message as its fields in order. Nothing is copied; lengths are checked against what is
 * there, so that a lie about a size is an error and never an allocation.
 */

export interface Field {
  readonly number: number;
  /** The value of a varint or of a fixed field; null for a length-delimited one. */
  readonly value: bigint | null;
  /** The bytes of a length-delimited field; null for the others. */
  readonly bytes: Uint8Array | null;
  /** The whole field as it stands in the message, its number included. */
  readonly whole: Uint8Array;
}

const VARINT_BYTES_MAX = 10;

/** @throws RangeError where the bytes are no protobuf message */
export function* readFields(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let byte = 0; byte < VARINT_BYTES_MAX; byte += 1) {
      const next = message[at];
      if (next === undefined) throw new RangeError('it ends within a number');
      at += 1;
      value |= BigInt(next & 0x7f) << BigInt(7 * byte);
      if (next < 0x80) return value;
    }
    throw new RangeError('a number in it has no end');
  };
  const take = (length: bigint | number): Uint8Array => {
    const end = at + Number(length);
    if (end > message.length)
      throw new RangeError(`a field in it says ${length} bytes, ${message.length - at} are left`);
    const bytes = message.subarray(at, end);
    at = end;
    return bytes;
  };
  while (at < message.length) {
    const from = at;
    const tag = varint();
    const number = Number(tag >> 3n);
    if (number === 0) throw new RangeError('a field in it has number 0');
    const wire = Number(tag & 7n);
    let [value, bytes]: [bigint | null, Uint8Array | null] = [null, null];
    if (wire === 0) value = varint();
    else if (wire === 1) value = littleEndian(take(8));
    else if (wire === 2) bytes = take(varint());
    else if (wire === 5) value = littleEndian(take(4));
    else throw new RangeError(`a field in it has wire type ${wire}`);
    yield { number, value, bytes, whole: message.subarray(from, at) };
  }
}

const littleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** The numbers of a packed `repeated int64`. @throws RangeError where the bytes are none */
export function readPacked(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (shift > 70n) throw new RangeError('a number in it has no end');
    if (byte >= 0x80) continue;
    values.push(BigInt.asIntN(64, value));
    value = 0n;
    shift = 0n;
  }
  if (shift > 0n) throw new RangeError('it ends within a number');
  return values;
}
