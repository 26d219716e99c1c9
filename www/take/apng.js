/**
 * Animated PNG (the PNG specification, third edition): the first frame is an ordinary picture, the others
 * follow as `fdAT` chunks. The browser's own deflate does the compression.
 */

const SIGNATURE = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** Frames come one at a time, so that only their compressed form is kept. */
export class AnimatedPng {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #chunks = [];
  #sequence = 0;
  #frames = 0;

  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
  }

  /**
   * @param {Uint8ClampedArray} rgba
   * @param {number} milliseconds how long it is shown
   */
  async add(rgba, milliseconds) {
    const { width, height } = this;
    // A row: which filter (0, none), then red, green and blue of each pixel.
    const rows = new Uint8Array(height * (3 * width + 1));
    for (let y = 0, from = 0, to = 0; y < height; y += 1) {
      to += 1;
      for (let x = 0; x < width; x += 1, from += 4) {
        rows[to++] = rgba[from] ?? 0;
        rows[to++] = rgba[from + 1] ?? 0;
        rows[to++] = rgba[from + 2] ?? 0;
      }
    }
    const deflated = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
    const data = new Uint8Array(await new Response(deflated).arrayBuffer());
    const control = [this.#sequence++, width, height, 0, 0].flatMap(big32).concat(big16(milliseconds), big16(1000), 0, 0);
    this.#chunks.push(chunk("fcTL", Uint8Array.from(control)));
    this.#chunks.push(
      this.#frames === 0 ? chunk("IDAT", data) : chunk("fdAT", Uint8Array.from(big32(this.#sequence++)), data),
    );
    this.#frames += 1;
  }

  /** The parts of the file. */
  parts() {
    const head = [...big32(this.width), ...big32(this.height), 8, 2, 0, 0, 0];
    return [
      SIGNATURE,
      chunk("IHDR", Uint8Array.from(head)),
      // Repeated without end.
      chunk("acTL", Uint8Array.from([...big32(this.#frames), ...big32(0)])),
      ...this.#chunks,
      chunk("IEND"),
    ];
  }
}

/** @param {number} n */
function big32(n) {
  return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
}

/** @param {number} n */
function big16(n) {
  return [(n >>> 8) & 255, n & 255];
}

/**
 * Length, name, contents and checksum.
 * @param {string} name
 * @param {Uint8Array[]} contents
 */
function chunk(name, ...contents) {
  const length = contents.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const bytes = new Uint8Array(length + 12);
  bytes.set(big32(length));
  bytes.set([...name].map((letter) => letter.charCodeAt(0)), 4);
  let at = 8;
  for (const part of contents) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  let crc = ~0;
  for (const byte of bytes.subarray(4, at)) crc = (CRC[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  bytes.set(big32(~crc >>> 0), at);
  return bytes;
}
