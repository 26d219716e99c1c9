/** A WebM file of one video track: https://www.webmproject.org/docs/container/ */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** @param {(number | Bytes)[]} parts bytes and runs of them @returns {Bytes} */
const join = (parts) => Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...part])));

/** @param {string} text */
const letters = (text) => new TextEncoder().encode(text);

/** A whole number in `length` bytes, the highest first. @param {number} value @param {number} length */
const whole = (value, length) => Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);

/**
 * An element: its id, its length in eight bytes, and its content.
 * @param {number[]} id
 * @param {...(number | Bytes)} parts
 */
function element(id, ...parts) {
  const content = join(parts);
  return join([...id, 0x01, whole(content.length, 7), content]);
}

/**
 * @param {{ time: number, isKey: boolean, bytes: Bytes }[]} frames their times in milliseconds, ascending, below 32 s
 * @param {{ width: number, height: number, length: number, codec: string }} video `length` in milliseconds; `codec` as Matroska calls it
 */
export function webm(frames, { width, height, length, codec }) {
  const duration = new Uint8Array(new Float64Array([length]).buffer).reverse();
  const name = letters("Flow Matching Lab");
  const head = element(
    [0x1a, 0x45, 0xdf, 0xa3],
    element([0x42, 0x82], letters("webm")),
    element([0x42, 0x87], 2),
    element([0x42, 0x85], 2),
  );
  const info = element(
    [0x15, 0x49, 0xa9, 0x66],
    // Times are told in milliseconds.
    element([0x2a, 0xd7, 0xb1], whole(1e6, 3)),
    element([0x44, 0x89], duration),
    element([0x4d, 0x80], name),
    element([0x57, 0x41], name),
  );
  const size = element([0xe0], element([0xb0], whole(width, 2)), element([0xba], whole(height, 2)));
  const track = element([0xae], element([0xd7], 1), element([0x73, 0xc5], 1), element([0x83], 1), element([0x86], letters(codec)), size);
  const blocks = frames.map(({ time, isKey, bytes }) => element([0xa3], 0x81, whole(time, 2), isKey ? 0x80 : 0, bytes));
  const cluster = element([0x1f, 0x43, 0xb6, 0x75], element([0xe7], 0), ...blocks);
  return join([head, element([0x18, 0x53, 0x80, 0x67], info, element([0x16, 0x54, 0xae, 0x6b], track), cluster)]);
}
