/** A WebM file of one video track: https://www.webmproject.org/docs/container/ */

/** @typedef {number[] | Uint8Array<ArrayBuffer>} Bytes */

/** A whole number in `length` bytes, the highest first. @param {number} value @param {number} length */
const whole = (value, length) => Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);

/**
 * The parts of an element: its id, its length in eight bytes, and its content.
 * @param {number} id
 * @param {...Bytes} content
 * @returns {Bytes[]}
 */
function element(id, ...content) {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return [[...whole(id, id > 0xffff ? 4 : id > 0xff ? 2 : 1), 1, ...whole(length, 7)], ...content];
}

/**
 * @param {{ time: number, isKey: boolean, bytes: Bytes }[]} frames in VP8, their times in milliseconds, ascending, below 32 s
 * @param {{ width: number, height: number, length: number }} video `length` in milliseconds
 */
export function webm(frames, { width, height, length }) {
  const letters = (/** @type {string} */ text) => new TextEncoder().encode(text);
  const duration = new Uint8Array(new Float64Array([length]).buffer).reverse();
  const name = letters("Flow Matching Lab");
  const blocks = frames.flatMap(({ time, isKey, bytes }) => element(0xa3, [0x81, ...whole(time, 2), isKey ? 0x80 : 0], bytes));
  const size = element(0xe0, ...element(0xb0, whole(width, 2)), ...element(0xba, whole(height, 2)));
  const track = [...element(0xd7, [1]), ...element(0x73c5, [1]), ...element(0x83, [1]), ...element(0x86, letters("V_VP8")), ...size];
  const parts = [
    ...element(0x1a45dfa3, ...element(0x4282, letters("webm")), ...element(0x4287, [2]), ...element(0x4285, [2])),
    ...element(
      0x18538067,
      ...element(0x1549a966, ...element(0x4489, duration), ...element(0x4d80, name), ...element(0x5741, name)),
      ...element(0x1654ae6b, ...element(0xae, ...track)),
      ...element(0x1f43b675, ...element(0xe7, [0]), ...blocks),
    ),
  ];
  return parts.map((part) => Uint8Array.from(part));
}
