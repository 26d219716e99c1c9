/** Points of a curve: kept few, made calm, and found again. */

/** @typedef {[number, number]} Point */

/**
 * Puts a point in its place by x, instead of one that was there. A curve that grows beyond `limit` points
 * loses every other one, but never its last: what a page remembers must not grow with the hours.
 * @param {Point[]} points ascending by x
 * @param {Point} point
 * @param {number} limit
 */
export function insert(points, point, limit) {
  const at = points.findLastIndex(([x]) => x <= point[0]);
  points.splice(points[at]?.[0] === point[0] ? at : at + 1, points[at]?.[0] === point[0] ? 1 : 0, point);
  if (points.length <= limit) return;
  const kept = points.filter((_, i) => (points.length - 1 - i) % 2 === 0);
  points.splice(0, points.length, ...kept);
}

/** Means of consecutive points, at most `count`. @param {Point[]} points @param {number} count @returns {Point[]} */
export function smoothed(points, count) {
  const width = Math.max(1, Math.ceil(points.length / count));
  return Array.from({ length: Math.ceil(points.length / width) }, (_, i) => {
    const bucket = points.slice(i * width, (i + 1) * width);
    return [bucket.at(-1)?.[0] ?? 0, bucket.reduce((sum, [, y]) => sum + y, 0) / bucket.length];
  });
}

/**
 * The point nearest to `x`, or undefined where there is none.
 * @param {Point[]} points
 * @param {number} x
 * @param {(x: number) => number} place where an x lies on its axis: distances are those the reader sees
 */
export function nearest(points, x, place) {
  const away = (/** @type {Point} */ point) => Math.abs(place(point[0]) - place(x));
  /** @type {Point | undefined} */
  let best;
  for (const point of points) if (!best || away(point) < away(best)) best = point;
  return best;
}
