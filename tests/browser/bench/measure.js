// What `cargo xtask bench` measures wherever the page's package runs. The function is sent into a browser as its own
// text, so it uses nothing from outside. crates/flow-core/benches/throughput.rs measures the same tasks natively.

/**
 * @typedef {{ what: string, width?: number, batch?: number, engine?: string, coupling?: string, dataset?: string,
 *   particles?: number, steps?: number }} Task
 * @typedef {{ task: Task, run: () => number }} Slice about a tenth of a second of work
 */

/**
 * @param {typeof import("../../../pkg/flow_wasm.js")} glue with its module started
 * @param {() => number} busy milliseconds, of processor time where there is such a clock
 * @param {BufferSource} peak the module of xtask/bench-peers/peak.rs
 * @param {(() => CanvasRenderingContext2D) | undefined} canvas where there is one
 * @returns {Slice[]}
 */
export function slices(glue, busy, peak, canvas) {
  /** The clock may stand still for as long as this. */
  const GRAIN_MILLISECONDS = 1;
  const SLICE_MILLISECONDS = 100;
  const PARTICLES = 10_000;
  const STEPS = 10;
  const FRAMES = 20;

  const lab = (/** @type {Task} */ { width = 64, batch = 256, engine = "fused", coupling = "independent", dataset = "five-modes", particles = PARTICLES }) =>
    new glue.Lab(
      JSON.stringify({
        target: { preset: dataset },
        // The recipe of `steps_to_quality` in throughput.rs.
        ...(dataset === "checkerboard"
          ? { network: { width, harmonics: 4 }, training: { stable_targets: true, learning_rate: 1.4e-2, decay: { type: "cosine", steps: 1000 } } }
          : { network: { width }, training: { engine, batch_size: batch } }),
        coupling: { type: coupling },
        sampling: { particles },
      }),
    );
  const time = (/** @type {() => void} */ action) => {
    const began = busy();
    action();
    return busy() - began;
  };
  /** Units of work a second, with as many at a time as fill a slice. */
  const paced = (/** @type {(count: number) => void} */ work) => {
    let count = 1;
    return () => {
      const rate = count / Math.max(GRAIN_MILLISECONDS, time(() => work(count)));
      count = Math.max(1, Math.round(rate * SLICE_MILLISECONDS));
      return 1000 * rate;
    };
  };
  const integrate = (/** @type {import("../../../pkg/flow_wasm.js").Lab} */ moved, /** @type {number} */ particles, /** @type {number} */ steps) => {
    moved.set_sampling(JSON.stringify({ particles, steps }));
    moved.start_sample(0);
    while (moved.advance_sample() < 1);
  };
  /** @type {(task: Task, run: () => number) => Slice} */
  const slice = (task, run) => ({ task, run });
  const training = (/** @type {Task} */ task) => {
    const trained = lab(task);
    return slice(task, paced((count) => trained.train(count)));
  };

  const widths = [32, 64, 128].flatMap((width) => {
    const sampler = lab({ what: "velocity", width });
    const independent = { what: "training", width, engine: "fused", coupling: "independent" };
    return [
      training(independent),
      training({ ...independent, coupling: "minibatch-ot" }),
      training({ ...independent, engine: "flex" }),
      ...(width === 64 ? [training({ ...independent, dataset: "checkerboard" })] : []),
      ...(width === 64 ? [32, 128, 512, 2048].map((batch) => training({ ...independent, batch })) : []),
      // Evaluations of the velocity of single particles.
      slice({ what: "velocity", width }, () => (1000 * STEPS * PARTICLES) / time(() => integrate(sampler, PARTICLES, STEPS))),
    ];
  });
  const samplings = [
    { particles: 1_000, steps: 64 },
    { particles: 10_000, steps: 64 },
    { particles: 10_000, steps: 4 },
  ].map(({ particles, steps }) => {
    const sampler = lab({ what: "sampling", particles });
    return slice({ what: "sampling", particles, steps }, () => time(() => integrate(sampler, particles, steps)));
  });
  const { run, operations } = /** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(peak)).exports);
  const arithmetic = paced((count) => run(count * 100_000, 1.000_000_1, 1e-3));

  return [
    ...widths,
    ...samplings,
    slice({ what: "simd128 peak" }, () => (arithmetic() * 100_000 * operations()) / 1e9),
    ...(canvas ? [5_000, 20_000, 100_000] : []).map((particles) => {
      const context = /** @type {() => CanvasRenderingContext2D} */ (canvas)();
      const painter = new glue.Painter(context.canvas.width, context.canvas.height);
      const sampler = lab({ what: "frame", particles });
      integrate(sampler, particles, 8);
      const { positions, hits, times } = sampler.take_sample();
      painter.look_at(0, 0, 4);
      painter.set_style(1.5, 0.5, 0.35);
      painter.set_flow(positions, hits, times);
      const paint = (/** @type {number} */ frame) => painter.paint(context, frame / FRAMES);
      return slice({ what: "frame", particles }, () => time(() => Array.from({ length: FRAMES }, (_, frame) => paint(frame))) / FRAMES);
    }),
  ];
}
