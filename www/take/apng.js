/**
 * Animated PNG (the PNG specification, third edition): the first frame is an ordinary picture, the others
 * follow as `fdAT` chunks. All share a palette of 256 colours, which makes the file a quarter as large. The
 * browser's own deflate does the compression.
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
  #palette;

  /**
   * @param {number} width
   * @param {number} height
   * @param {Uint8ClampedArray[]} typical frames (RGBA) whose colours are those of all
   */
  constructor(width, height, typical) {
    this.width = width;
    this.height = height;
    this.#palette = new Palette(typical);
  }

  /**
   * @param {Uint8ClampedArray} rgba
   * @param {number} milliseconds how long it is shown
   */
  async add(rgba, milliseconds) {
    const { width, height } = this;
    // A row: which filter (0, none), then one byte for each pixel.
    const rows = new Uint8Array(height * (width + 1));
    for (let y = 0, from = 0, to = 0; y < height; y += 1) {
      to += 1;
      for (let x = 0; x < width; x += 1, from += 4) rows[to++] = this.#palette.indexOf(rgba, from);
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
    const head = [...big32(this.width), ...big32(this.height), 8, 3, 0, 0, 0];
    return [
      SIGNATURE,
      chunk("IHDR", Uint8Array.from(head)),
      // Repeated without end.
      chunk("acTL", Uint8Array.from([...big32(this.#frames), ...big32(0)])),
      chunk("PLTE", this.#palette.colors),
      ...this.#chunks,
      chunk("IEND"),
    ];
  }
}

/**
 * Colours of some frames, when red, green and blue are told apart in 32 shades each: again and again the one that most
 * pixels miss most. The merely most common ones would be greys, for the particles of each origin are few.
 */
class Palette {
  /** Red, green and blue of each colour. */
  colors;
  /** The colour that stands for each combination of shades. */
  #nearest = new Uint8Array(1 << 15);

  /** @param {Uint8ClampedArray[]} frames */
  constructor(frames) {
    const counts = new Uint32Array(1 << 15);
    const sums = new Float64Array(3 << 15);
    for (const frame of frames) {
      for (let at = 0; at < frame.length; at += 4) {
        const shade = shadeOf(frame, at);
        counts[shade] = (counts[shade] ?? 0) + 1;
        for (let i = 0; i < 3; i += 1) sums[3 * shade + i] = (sums[3 * shade + i] ?? 0) + (frame[at + i] ?? 0);
      }
    }
    const known = Array.from(counts.keys()).filter((shade) => counts[shade]);
    const missed = Float64Array.from(counts);
    /** @type {number[]} */
    const chosen = [];
    while (chosen.length < Math.min(256, known.length)) {
      const next = known.reduce((a, b) => ((missed[b] ?? 0) > (missed[a] ?? 0) ? b : a));
      chosen.push(next);
      for (const shade of known) {
        const distance = [10, 5, 0].reduce((sum, i) => sum + (((shade >> i) & 31) - ((next >> i) & 31)) ** 2, 0);
        const miss = (counts[shade] ?? 0) * distance;
        if (chosen.length === 1 || miss < (missed[shade] ?? 0)) missed[shade] = miss;
      }
    }
    this.colors = Uint8Array.from(chosen.flatMap((shade) => [0, 1, 2].map((i) => Math.round((sums[3 * shade + i] ?? 0) / (counts[shade] ?? 1)))));
    for (let shade = 0; shade < counts.length; shade += 1) {
      let least = Infinity;
      for (let color = 0; color < chosen.length; color += 1) {
        let distance = 0;
        for (let i = 0; i < 3; i += 1) distance += (8 * ((shade >> (10 - 5 * i)) & 31) + 4 - (this.colors[3 * color + i] ?? 0)) ** 2;
        if (distance >= least) continue;
        least = distance;
        this.#nearest[shade] = color;
      }
    }
    // A colour of the palette stands for itself.
    for (const [color, shade] of chosen.entries()) this.#nearest[shade] = color;
  }

  /** @param {Uint8ClampedArray} rgba @param {number} at */
  indexOf(rgba, at) {
    return this.#nearest[shadeOf(rgba, at)] ?? 0;
  }
}

/** @param {Uint8ClampedArray} rgba @param {number} at */
function shadeOf(rgba, at) {
  return (((rgba[at] ?? 0) >> 3) << 10) | (((rgba[at + 1] ?? 0) >> 3) << 5) | ((rgba[at + 2] ?? 0) >> 3);
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
