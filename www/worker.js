/**
 * One flow's worker: owns an experiment, trains it in short slices and samples it with its current weights.
 *
 * A classic script, because a classic worker is the only kind that also starts from a single file opened by
 * double click; there, glue and this text form one Blob and `importScripts` is not needed.
 */

(() => {
  /** @typedef {import("../pkg/flow_wasm.js").Lab} Lab */
  /** @typedef {import("./engine.js").ToWorker} ToWorker */
  /** @typedef {import("./engine.js").FromWorker} FromWorker */

  /** Messages are answered between slices, so a slice bounds how long the reader waits. */
  const SLICE_MILLISECONDS = 12;
  const PROGRESS_MILLISECONDS = 50;
  const HISTORY_MILLISECONDS = 500;
  /** Pictures are renewed at this pace at most, and take at most this share of the time. */
  const SAMPLE_MILLISECONDS = 200;
  const SAMPLE_SHARE = 0.25;
  /** While the reader drags the slider, what can wait does. */
  const DRAG_MILLISECONDS = 300;
  const CURVE_SHARE = 0.15;
  /** The loss floor takes a moment to compute; it is not needed before the loss comes near it. */
  const FLOOR_STEP = 100;

  /** @type {Lab | undefined} */
  let lab;
  let generation = 0;
  /** Train to this step for now … */
  let until = 0;
  /** … and rest at this one. */
  let goal = 0;
  let eulerSteps = 1;
  let particles = 0;
  let askedAt = 0;
  /** Function evaluations at which the error curve is measured. @type {number[]} */
  let curve = [];

  let pictured = false;
  let pictureStep = -1;
  let pictureEulerSteps = 0;
  let pictureAt = 0;
  /** Training step at which straightness was measured last. */
  let straightnessStep = -1;
  let pictureCost = 0;
  let curveAt = 0;
  let curveCost = 0;
  /** Training step at which each point of the curve was measured. @type {number[]} */
  let curveSteps = [];
  let floorKnown = false;
  let millisecondsPerStep = 2;
  let progressAt = 0;
  let progressStep = 0;
  let historyAt = 0;
  let reportedStep = -1;
  let stepsPerSecond = 0;

  // Turns are messages to ourselves: unlike timers they are not slowed down, and the page's messages queue between them.
  const { port1: turns, port2: nextTurn } = new MessageChannel();
  let turnAwaited = false;

  function wake() {
    if (turnAwaited || !lab) return;
    turnAwaited = true;
    nextTurn.postMessage(0);
  }

  turns.onmessage = () => {
    turnAwaited = false;
    guard("training", () => {
      if (work()) wake();
    });
  };

  addEventListener("message", (/** @type {MessageEvent<ToWorker>} */ { data: message }) => {
    guard(message.kind, () => {
      switch (message.kind) {
        case "boot":
          if (typeof wasm_bindgen === "undefined") importScripts(message.glue);
          wasm_bindgen.initSync({ module: message.module });
          break;
        case "configure":
          configure(message);
          break;
        case "train":
          if (message.until > until) {
            progressAt = performance.now();
            progressStep = lab?.training_step ?? 0;
          }
          ({ until, goal } = message);
          break;
        case "sample":
          askedAt = performance.now();
          eulerSteps = message.steps;
          if (message.particles !== particles) {
            particles = message.particles;
            lab?.set_particles(particles);
            pictured = false;
          }
          break;
      }
      wake();
    });
  });

  /** @param {Extract<ToWorker, { kind: "configure" }>} message */
  function configure(message) {
    lab?.free();
    lab = undefined;
    lab = new wasm_bindgen.Lab(JSON.stringify(message.config));
    ({ generation, until, goal, curve } = message);
    ({ steps: eulerSteps, particles } = message.config.sampling);
    pictured = floorKnown = false;
    pictureStep = straightnessStep = reportedStep = -1;
    curveSteps = curve.map(() => -1);
    progressAt = performance.now();
    progressStep = 0;
    stepsPerSecond = 0;
  }

  /**
   * Does the most urgent piece of work. Returns whether there may be more.
   * The goal is reported last, when the picture and all that is said about it are there.
   */
  function work() {
    if (!lab) return false;
    const now = performance.now();
    const step = lab.training_step;
    const resting = step >= goal;
    const dragging = now - askedAt < DRAG_MILLISECONDS && step < until;
    if (pictureIsDue(now, step, resting)) {
      takePicture(lab);
    } else if (straightnessStep < pictureStep && !dragging) {
      measureStraightness(lab);
    } else if (!floorKnown && !dragging && (step >= FLOOR_STEP || resting)) {
      measureFloor(lab);
    } else if (step < until && (dragging || !curveIsDue(now, step))) {
      train(lab, Math.min(until - step, Math.max(1, Math.floor(SLICE_MILLISECONDS / millisecondsPerStep))));
    } else if (step >= until && reportedStep !== step) {
      report(lab, true);
    } else if (resting ? curveSteps.some((measured) => measured !== step) : curveIsDue(now, step)) {
      measureCurve(lab);
    } else {
      return false;
    }
    return true;
  }

  /** @type {(now: number, step: number, resting: boolean) => boolean} */
  function pictureIsDue(now, step, resting) {
    if (!pictured || pictureEulerSteps !== eulerSteps) return true;
    if (pictureStep === step) return false;
    return resting || now - pictureAt >= Math.max(SAMPLE_MILLISECONDS, pictureCost / SAMPLE_SHARE);
  }

  /** @type {(now: number, step: number) => boolean} */
  function curveIsDue(now, step) {
    return step > 0 && curve.length > 0 && now - curveAt >= Math.max(SAMPLE_MILLISECONDS, curveCost / CURVE_SHARE);
  }

  /** @type {(lab: Lab, steps: number) => void} */
  function train(lab, steps) {
    const started = performance.now();
    lab.train(steps);
    const ended = performance.now();
    millisecondsPerStep += 0.3 * ((ended - started) / steps - millisecondsPerStep);
    const onTheWay = lab.training_step < until;
    if (onTheWay && ended - progressAt >= PROGRESS_MILLISECONDS) report(lab, ended - historyAt >= HISTORY_MILLISECONDS);
  }

  /** @type {(lab: Lab, withHistory: boolean) => void} */
  function report(lab, withHistory) {
    const now = performance.now();
    const step = lab.training_step;
    const seconds = (now - progressAt) / 1000;
    if (step > progressStep && seconds > 0) {
      const rate = (step - progressStep) / seconds;
      stepsPerSecond = stepsPerSecond === 0 ? rate : stepsPerSecond + 0.3 * (rate - stepsPerSecond);
    }
    progressAt = now;
    progressStep = reportedStep = step;
    const history = withHistory ? lab.loss_history() : undefined;
    if (withHistory) historyAt = now;
    send(
      { kind: "progress", generation, step, loss: lab.loss(), stepsPerSecond, history },
      history ? [history] : [],
    );
  }

  /** @param {Lab} lab */
  function takePicture(lab) {
    const started = performance.now();
    const steps = eulerSteps;
    const sample = lab.sample(steps);
    const { positions, hits } = sample;
    sample.free();
    const report = JSON.parse(lab.report());
    pictureStep = lab.training_step;
    pictureEulerSteps = steps;
    pictured = true;
    pictureAt = performance.now();
    pictureCost = pictureAt - started;
    send(
      { kind: "picture", generation, step: pictureStep, steps, particles, positions, hits, report },
      [positions, hits],
    );
  }

  /** Belongs to the picture, but would keep it waiting. @param {Lab} lab */
  function measureStraightness(lab) {
    straightnessStep = lab.training_step;
    send({ kind: "straightness", generation, step: straightnessStep, straightness: lab.straightness() });
  }

  /** @param {Lab} lab */
  function measureCurve(lab) {
    const started = performance.now();
    const step = lab.training_step;
    const index = mostOutdated(step);
    const evaluations = curve[index];
    if (evaluations === undefined) return;
    const energy = lab.error_at(evaluations);
    curveSteps[index] = step;
    curveAt = performance.now();
    curveCost = curveAt - started;
    send({ kind: "error", generation, step, evaluations, energy });
  }

  /** @param {Lab} lab */
  function measureFloor(lab) {
    floorKnown = true;
    send({ kind: "floor", generation, step: lab.training_step, floor: lab.loss_floor() });
  }

  /**
   * The point of the curve that training has changed most since it was measured, cheap points first.
   * @param {number} step
   */
  function mostOutdated(step) {
    const urgency = curve.map((evaluations, i) => {
      const measured = curveSteps[i] ?? -1;
      return measured < 0 ? Infinity : (step - measured) / ((measured + 50) * Math.sqrt(evaluations));
    });
    return urgency.indexOf(Math.max(...urgency));
  }

  /** @type {(message: FromWorker, given?: (Float32Array | Uint8Array)[]) => void} */
  function send(message, given = []) {
    // What is given away is moved, not copied. (Nothing here is shared memory.)
    postMessage(message, { transfer: given.map(({ buffer }) => /** @type {ArrayBuffer} */ (buffer)) });
  }

  /**
   * A trap leaves the wasm instance unusable, so this worker is done: it says so and does nothing more.
   * @type {(during: string, action: () => void) => void}
   */
  function guard(during, action) {
    try {
      action();
    } catch (error) {
      lab = undefined;
      send({ kind: "failed", during, reason: error instanceof Error ? error.message : String(error) });
    }
  }
})();
