/**
 * The part of the protobuf wire format that a model file needs: varints and length-delimited fields.
 * A message is the bytes of its fields, one after the other.
 */

const WIRE_VARINT = 0;
const WIRE_LENGTH_DELIMITED = 2;

const textEncoder = new TextEncoder();

/** A base-128 varint. Negative numbers take ten bytes, as protobuf's int64 does. */
export function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/** All parts in one array. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

const tag = (field: number, wire: number): Uint8Array => varint(field * 8 + wire);

/** `int32`, `int64` or enum field. */
export const intField = (field: number, value: number | bigint): Uint8Array =>
  concatBytes([tag(field, WIRE_VARINT), varint(value)]);

/** `bytes` or embedded-message field. */
export const bytesField = (field: number, bytes: Uint8Array): Uint8Array =>
  concatBytes([tag(field, WIRE_LENGTH_DELIMITED), varint(bytes.length), bytes]);

/** `string` field, UTF-8. */
export const textField = (field: number, text: string): Uint8Array => bytesField(field, textEncoder.encode(text));

/** A packed `repeated int64` field. */
export const packedIntsField = (field: number, values: Iterable<number>): Uint8Array =>
  bytesField(field, concatBytes(Array.from(values, varint)));

/** A packed `repeated float` field. */
export const packedFloatsField = (field: number, values: readonly number[]): Uint8Array =>
  bytesField(field, littleEndianFloats(values));

/** IEEE 754 single precision, little endian whatever the machine. */
export function littleEndianFloats(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let index = 0; index < values.length; index++) view.setFloat32(index * 4, values[index]!, true);
  return new Uint8Array(view.buffer);
}
