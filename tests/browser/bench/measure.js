// What `cargo xtask bench` measures wherever the page's package runs. The function is sent into a browser as its own
// text, so it uses nothing from outside. crates/flow-core/benches/throughput.rs measures the same rows natively.

/**
 * @typedef {{ what: string, value: number, width?: number, engine?: string, coupling?: string, particles?: number }} Row
 */

/**
 * @param {typeof import("../../../dist/pkg/flow_wasm.js")} glue with its module started
 * @param {() => number} busy milliseconds, of processor time where there is such a clock
 * @param {(() => CanvasRenderingContext2D) | undefined} canvas where there is one
 * @returns {Row[]}
 */
export function measure(glue, busy, canvas) {
  const ROUNDS = 7;
  /** Slices to find out how many steps fill one. */
  const WARM_UP = 2;
  /** The clock may stand still for as long as this. */
  const GRAIN_MILLISECONDS = 1;
  const SLICE_MILLISECONDS = 100;
  const PARTICLES = 10_000;
  const VARIANTS = [
    ["fused", "independent"],
    ["fused", "minibatch-ot"],
    ["flex", "independent"],
  ];
  /** @type {Row[]} */
  const rows = [];

  const median = (/** @type {number[]} */ values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
  const lab = (/** @type {number} */ width, engine = "fused", coupling = "independent") =>
    new glue.Lab(
      JSON.stringify({ network: { width }, training: { engine }, coupling: { type: coupling }, sampling: { particles: PARTICLES } }),
    );
  const time = (/** @type {() => void} */ action) => {
    const began = busy();
    action();
    return busy() - began;
  };

  for (const width of [32, 64, 128]) {
    const variants = VARIANTS.map(([engine, coupling]) => ({ engine, coupling, lab: lab(width, engine, coupling), steps: 1, rates: /** @type {number[]} */ ([]) }));
    // The variants take turns, so that whatever else the machine does meets them all.
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
      for (const variant of variants) {
        const rate = variant.steps / Math.max(GRAIN_MILLISECONDS, time(() => variant.lab.train(variant.steps)));
        variant.rates.push(1000 * rate);
        variant.steps = Math.max(1, Math.round(rate * SLICE_MILLISECONDS));
      }
    }
    for (const { engine = "", coupling = "", rates, lab } of variants) {
      rows.push({ what: "training", width, engine, coupling, value: median(rates.slice(WARM_UP)) });
      lab.free();
    }
    // Evaluations of the velocity of single particles, from what ten more Euler steps cost.
    const sampler = lab(width);
    const extra = [];
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1) extra.push(time(() => sampler.sample(20).free()) - time(() => sampler.sample(10).free()));
    rows.push({ what: "velocity", width, value: (10_000 * PARTICLES) / median(extra.slice(WARM_UP)) });
    sampler.free();
  }

  if (canvas) {
    const context = canvas();
    for (const particles of [5_000, 20_000, 100_000]) {
      const mover = lab(64);
      mover.set_particles(particles);
      const painter = new glue.Painter(context.canvas.width, context.canvas.height);
      const { positions, hits } = mover.sample(8);
      painter.look_at(0, 0, 4);
      painter.set_style(1.5, 0.5, 0.35);
      painter.set_flow(positions, hits);
      const frames = [];
      for (let frame = 0; frame < 40; frame += 1) frames.push(time(() => painter.paint(context, (frame % 20) / 20)));
      rows.push({ what: "frame", particles, value: median(frames) });
      mover.free();
      painter.free();
    }
  }
  return rows;
}
