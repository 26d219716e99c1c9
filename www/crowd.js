/** The particles of a picture as a crowd: where each is at a time, and how dense they stand. */

/** @typedef {import("./engine.js").Picture} Picture */

/** Cells along each side of a view. */
export const CROWD = 40;

/** Where in a picture's states a time lies. @param {Picture} picture @param {number} time */
function momentOf({ times }, time) {
  const after = times.findIndex((t) => t > time);
  if (after <= 0) return { before: after < 0 ? times.length - 1 : 0, share: 0 };
  const [from = 0, to = 1] = [times[after - 1], times[after]];
  return { before: after - 1, share: (time - from) / (to - from) };
}

/** Where each particle of a picture is at a time. @param {Picture} picture @param {number} time @returns {(particle: number) => [number, number]} */
export function positionsAt(picture, time) {
  const { positions, particles, times } = picture;
  const { before, share } = momentOf(picture, time);
  const next = Math.min(before + 1, times.length - 1);
  return (particle) => {
    const [a, b] = [2 * (before * particles + particle), 2 * (next * particles + particle)];
    const along = (/** @type {0 | 1} */ axis) => {
      const from = positions[a + axis] ?? 0;
      return from + share * ((positions[b + axis] ?? 0) - from);
    };
    return [along(0), along(1)];
  };
}

/** Particles in {@link CROWD} x {@link CROWD} cells of a view, rows from the top, softened. @param {Picture} picture @param {number} time @param {{ x: number, y: number, halfSide: number }} view */
export function crowdOf(picture, time, { x, y, halfSide }) {
  const at = positionsAt(picture, time);
  const cells = new Float32Array(CROWD * CROWD);
  const scale = CROWD / (2 * halfSide);
  for (let i = 0; i < picture.particles; i += 1) {
    const [px, py] = at(i);
    const [column, row] = [Math.floor((px - x + halfSide) * scale), Math.floor((y + halfSide - py) * scale)];
    if (column >= 0 && column < CROWD && row >= 0 && row < CROWD) cells[row * CROWD + column] = (cells[row * CROWD + column] ?? 0) + 1;
  }
  return softened(cells);
}

/** Softens cells once more. @param {Float32Array} cells */
export function softened(cells) {
  return soften(soften(cells, 1), CROWD);
}

/** Quarter, half, quarter along one axis. @param {Float32Array} cells @param {number} stride */
function soften(cells, stride) {
  return cells.map((value, i) => 0.5 * value + 0.25 * ((cells[i - stride] ?? 0) + (cells[i + stride] ?? 0)));
}
