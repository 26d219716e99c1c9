/** Numbers as the reader sees them. */

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `1,500` @param {number} value */
export function count(value) {
  return grouped.format(value);
}

/** `91.3 %`, halves up: shares of a round number of particles often end in one. @param {number} share in 0..1 */
export function percent(share) {
  return `${(Math.round(1000 * share) / 10).toFixed(1)} %`;
}

/** Three digits that matter: `0.0123`, `1.45`, `27.3` @param {number} value */
export function measure(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1000) return count(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  if (size >= 0.1) return value.toFixed(3);
  return value.toFixed(4);
}

/** With the sign that is as wide as a digit: `−1.20` @param {string} number */
export function minus(number) {
  return number.replace("-", "−");
}

/** A plain decimal, never in exponent form, for `<data value>` @param {number} value */
export function decimal(value) {
  if (!Number.isFinite(value)) return "";
  const text = String(value);
  return text.includes("e") ? value.toFixed(20).replace(/\.?0+$/, "") || "0" : text;
}

/** `twice`, `3.4 times`, `41 times` @param {number} ratio above 1 */
export function times(ratio) {
  if (ratio >= 1000) return "over a thousand times";
  if (ratio >= 10) return `${Math.round(ratio)} times`;
  return `${ratio.toFixed(1)} times`;
}
