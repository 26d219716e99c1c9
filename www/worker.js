/**
 * One flow's worker: owns an experiment, trains it in short slices and samples it with its current weights.
 *
 * A classic script, because a classic worker is the only kind that also starts from a single file opened by
 * double click. A build makes glue and this text one script, without `importScripts`.
 */

importScripts("../pkg/flow_wasm.classic.js");

(() => {
  /** @typedef {import("../pkg/flow_wasm.js").Lab} Lab */
  /** @typedef {import("./engine.js").ToWorker} ToWorker */
  /** @typedef {import("./engine.js").FromWorker} FromWorker */
  /** @typedef {import("./engine.js").CurvePoint} CurvePoint */
  /** @typedef {import("./engine.js").History} History */
  /** @typedef {import("./experiment.js").Sampling} Sampling */
  /** @typedef {Extract<ToWorker, { kind: "configure" }>} Configure */

  /** Messages are answered between slices, so a slice bounds how long the reader waits. */
  const SLICE_MILLISECONDS = 12;
  const PROGRESS_MILLISECONDS = 50;
  const HISTORY_MILLISECONDS = 500;
  /** Pictures are renewed at this pace at most, and with all that is said about them take this share of the time at most. */
  const SAMPLE_MILLISECONDS = 200;
  const SAMPLE_SHARE = 0.07;
  /** A picture that takes longer than this is preceded by one of few particles, which takes about half of it. */
  const FIRST_SIGHT_MILLISECONDS = 50;
  const FEWEST_PARTICLES = 200;
  /** While the reader drags the slider, what can wait does. */
  const DRAG_MILLISECONDS = 300;
  /**
   * When the reader presses something, the browser gets the processor for this long, to show what it did: the time of
   * two or three frames of a slow machine. Steps are only put off, so no bit changes. Ten presses a minute cost training
   * 2 %; however fast the presses follow each other, they cost half of it at most.
   */
  const GIVE_WAY_MILLISECONDS = 100;
  const CURVE_SHARE = 0.03;
  /** The loss floor takes a moment to compute; it is not needed before the loss comes near it. */
  const FLOOR_STEP = 100;

  /**
   * What the page may ask of an experiment. Answers are plain values; typed arrays are moved, not copied.
   * @type {Record<string, (lab: Lab, parameters: any[]) => any>}
   */
  const QUESTIONS = {
    configuration: (lab) => lab.config_json(),
    checkpoint: (lab) => lab.checkpoint(),
    safetensors: (lab) => lab.safetensors(),
    velocity: (lab, [places, t]) => lab.velocity_at(places, t),
    grid: (lab, [lines, points, steps]) => lab.warped_grid(lines, points, steps),
    ways: (lab, [x, y, steps]) => lab.trajectories_from(x, y, steps),
    pairs: (lab, [x, y, t, count]) => lab.pairs_through(x, y, t, count),
    density: (lab, [kind, t, side, view]) => lab.density(kind, t, side, view),
    likelihood: (lab) => lab.held_out_log_likelihood(),
    "error-map": (lab, [t, side, view]) => lab.error_map(t, side, view),
    "worst-error": (lab) => lab.worst_error(),
    "field-error": (lab) => lab.field_error(),
  };

  /** The experiment, and all that is known about it. */
  class Session {
    /** @param {Configure} message */
    constructor({ generation, config, course, replay, curve, checkpoint }) {
      this.lab = checkpoint ? wasm_bindgen.Lab.resume(checkpoint) : new wasm_bindgen.Lab(JSON.stringify(config));
      if (checkpoint) this.lab.set_sampling(JSON.stringify(config.sampling));
      this.generation = generation;
      this.course = course;
      this.curve = curve;
      this.sampling = config.sampling;
      this.replay = replay;
      /** Whether the sampling asked for last cannot be: then there is nothing to show. */
      this.isRefused = false;
      /** Rounds to be added when training gets there. @type {{ name: string, after: number }[]} */
      this.rounds = [];
      /** The round whose pairs are being made. @type {string | undefined} */
      this.preparing = undefined;

      /** The weights on show: an entry of `states`, or -1 for those of now. */
      this.shown = -1;
      /** @type {History} */
      this.states = [];
      this.picture = { key: "", sampling: "", step: -1, cost: 0, at: 0 };
      /** The sample under way. @type {{ particles: number, step: number, cost: number } | undefined} */
      this.sample = undefined;
      this.straightnessOf = "";
      this.curveAt = 0;
      this.curveCost = 0;
      /** Training step at which each point of the curve was measured. @type {Map<string, number>} */
      this.measured = new Map();
      this.isFloorKnown = false;

      this.reportedStep = -1;
      this.historyAt = 0;
      this.progressAt = performance.now();
      this.progressStep = 0;
      this.stepsPerSecond = 0;
    }

    get step() {
      return this.lab.training_step;
    }

    /** The training step of the weights on show. */
    get shownStep() {
      return this.states[this.shown]?.step ?? this.step;
    }

    get learns() {
      return this.sampling.field === "learned";
    }
  }

  /** @type {Session | undefined} */
  let session;
  /** Of the experiment asked for last, whether or not it could begin. */
  let generation = 0;
  let askedAt = 0;
  /** Until then, only what the reader waits for is done. */
  let givesWayUntil = -Infinity;
  let millisecondsPerStep = 2;
  /** What one particle costs in one function evaluation. */
  let millisecondsPerEvaluation = 5e-4;

  // Turns are messages to ourselves: unlike timers they are not slowed down, and the page's messages queue between them.
  const { port1: turns, port2: nextTurn } = new MessageChannel();
  let turnAwaited = false;

  function wake() {
    if (turnAwaited || !session) return;
    turnAwaited = true;
    nextTurn.postMessage(0);
  }

  turns.onmessage = () => {
    turnAwaited = false;
    guard("training", () => {
      if (session && work(session)) wake();
    });
  };

  addEventListener("message", (/** @type {MessageEvent<ToWorker>} */ { data: message }) => {
    guard(message.kind === "boot" || message.kind === "configure" ? "starting" : "answering", () => {
      hear(message);
      wake();
    });
  });

  /** @param {ToWorker} message */
  function hear(message) {
    switch (message.kind) {
      case "boot":
        wasm_bindgen.initSync({ module: message.module });
        return;
      case "configure":
        generation = message.generation;
        session?.lab.free();
        session = undefined;
        session = new Session(message);
        return;
    }
    if (!session) return;
    switch (message.kind) {
      case "train":
        if (message.course.until > session.course.until) {
          session.progressAt = performance.now();
          session.progressStep = session.step;
        }
        session.course = message.course;
        break;
      case "round":
        session.rounds.push(message);
        break;
      case "sample":
        resample(session, message.sampling, message.replay);
        break;
      case "curve":
        session.curve = message.curve;
        break;
      case "give-way":
        giveWay();
        break;
      case "ask":
        answer(session, message);
        break;
    }
  }

  function giveWay() {
    const now = performance.now();
    if (now >= givesWayUntil + GIVE_WAY_MILLISECONDS) givesWayUntil = now + GIVE_WAY_MILLISECONDS;
  }

  /**
   * Pictures are made like this from now on; one under way is dropped.
   * @type {(session: Session, sampling: Sampling, replay: number | undefined) => void}
   */
  function resample(session, sampling, replay) {
    askedAt = performance.now();
    session.sample = undefined;
    session.replay = replay;
    const { reason } = attempt(() => session.lab.set_sampling(JSON.stringify(sampling)));
    session.isRefused = reason !== undefined;
    if (reason !== undefined) {
      send({ kind: "refused", ...stamp(session), reason });
      return;
    }
    const fieldOf = (/** @type {Sampling} */ { field, guidance }) => JSON.stringify([field, guidance]);
    if (fieldOf(sampling) !== fieldOf(session.sampling)) session.measured.clear();
    session.sampling = sampling;
    chooseShown(session);
  }

  /** Finds the kept weights that come nearest to what is to be replayed. @param {Session} session */
  function chooseShown(session) {
    const { lab, replay } = session;
    // Until training has passed the step that is to be shown, or when none is kept, the newest weights come nearest.
    const isNewest = replay === undefined || replay >= session.step || session.states.length === 0;
    const index = isNewest ? -1 : Math.max(0, session.states.findLastIndex(({ step }) => step <= replay));
    if (index === session.shown) return;
    session.shown = index;
    session.sample = undefined;
    lab.show_step(index);
  }

  /** @type {(session: Session, question: Extract<ToWorker, { kind: "ask" }>) => void} */
  function answer(session, { id, method, parameters }) {
    const reply = (/** @type {any} */ value, /** @type {string | undefined} */ error) =>
      send({ kind: "answer", ...stamp(session), id, value, error }, ArrayBuffer.isView(value) ? [value] : []);
    const question = Object.hasOwn(QUESTIONS, method) ? QUESTIONS[method] : undefined;
    if (!question) return reply(undefined, `there is no question “${method}”`);
    const { value, reason } = attempt(() => question(session.lab, parameters));
    reply(value, reason);
  }

  /**
   * Does the most urgent piece of work. Returns whether there may be more.
   * The goal is reported last, when the picture and all that is said about it are there.
   * @param {Session} session
   */
  function work(session) {
    const now = performance.now();
    const { step } = session;
    const { until, goal } = session.course;
    const isResting = step >= goal;
    const isDragging = now - askedAt < DRAG_MILLISECONDS && step < until;
    if (now < givesWayUntil && !pictureIsAwaited(session)) {
      setTimeout(wake, givesWayUntil - now);
      return false;
    }
    if (session.sample || pictureIsDue(session, now, isResting)) {
      takePicture(session);
    } else if (session.straightnessOf !== pictureName(session) && !isDragging) {
      measureStraightness(session);
    } else if (!session.isFloorKnown && !isDragging && (step >= FLOOR_STEP || isResting)) {
      measureFloor(session);
    } else if (step < until && (isDragging || !curveIsDue(session, now))) {
      train(session);
    } else if (step >= until && session.reportedStep !== step) {
      report(session, true);
    } else if (isResting ? outdatedPoint(session) : curveIsDue(session, now)) {
      measureCurve(session);
    } else {
      return false;
    }
    return true;
  }

  // --- pictures -------------------------------------------------------------------------------------

  /** What a picture is of, as the page knows it (engine.js): equal keys, the same picture. @param {Session} session */
  function pictureKey({ sampling, replay }) {
    return JSON.stringify([sampling, replay]);
  }

  /** Whether the reader has asked for another picture than there is. @param {Session} session */
  function pictureIsAwaited(session) {
    return !session.isRefused && session.picture.key !== pictureKey(session);
  }

  /** @type {(session: Session, now: number, isResting: boolean) => boolean} */
  function pictureIsDue(session, now, isResting) {
    const { picture, shownStep, learns, isRefused } = session;
    if (pictureIsAwaited(session)) return true;
    if (isRefused || !learns || picture.step === shownStep) return false;
    return isResting || now - picture.at >= Math.max(SAMPLE_MILLISECONDS, picture.cost / SAMPLE_SHARE);
  }

  /** What is on show, by name: equal names, equal field. @param {Session} session */
  function pictureName({ sampling: { field, guidance }, picture }) {
    return JSON.stringify([field, guidance, field === "learned" ? picture.step : 0]);
  }

  /** Works on the sample for one slice; when it is whole, the page gets it. @param {Session} session */
  function takePicture(session) {
    const { lab, sampling } = session;
    const started = performance.now();
    session.sample ??= begin(session);
    const { sample } = session;
    const { value: share = 1, reason } = attempt(() => {
      let done = 0;
      do done = lab.advance_sample();
      while (done < 1 && performance.now() - started < SLICE_MILLISECONDS);
      return done;
    });
    const integrated = performance.now();
    sample.cost += integrated - started;
    if (share < 1) return;
    session.sample = undefined;
    // A field may end where no path passes, when the steps are long: that is an answer, not a failure.
    if (reason !== undefined) send({ kind: "refused", ...stamp(session), reason });
    else deliverPicture(session, sample);
    if (reason === undefined && sample.particles < sampling.particles) {
      session.sample = begin(session, sampling.particles);
    } else {
      const at = performance.now();
      session.picture = { key: pictureKey(session), sampling: JSON.stringify(sampling), step: sample.step, cost: sample.cost + at - integrated, at };
    }
  }

  /**
   * Begins a sample; of all particles, unless the reader waits for another kind of picture and it takes long.
   * @type {(session: Session, particles?: number) => { particles: number, step: number, cost: number }}
   */
  function begin(session, particles) {
    const { lab, sampling, picture } = session;
    // Replayed steps follow each other too fast to show each of them twice.
    const isAwaited = picture.sampling !== JSON.stringify(sampling);
    const cost = sampling.particles * sampling.steps * millisecondsPerEvaluation;
    const few = Math.max(FEWEST_PARTICLES, Math.ceil((sampling.particles * FIRST_SIGHT_MILLISECONDS) / (2 * cost)));
    const count = particles ?? (isAwaited && cost > FIRST_SIGHT_MILLISECONDS ? Math.min(few, sampling.particles) : sampling.particles);
    lab.start_sample(count);
    return { particles: count, step: session.shownStep, cost: 0 };
  }

  /** @type {(session: Session, sample: { particles: number, step: number, cost: number }) => void} */
  function deliverPicture(session, { particles, step, cost }) {
    const { lab, sampling, replay } = session;
    const sample = lab.take_sample();
    const { positions, hits, times } = sample;
    sample.free();
    const report = JSON.parse(lab.report());
    const evaluations = particles * Math.max(1, report.nfe);
    if (evaluations > 5000) millisecondsPerEvaluation += 0.3 * (cost / evaluations - millisecondsPerEvaluation);
    send(
      { kind: "picture", ...stamp(session), step, sampling, replay, particles, times, positions, hits, report },
      [positions, hits, times],
    );
  }

  /** @param {Session} session */
  function measureStraightness(session) {
    session.straightnessOf = pictureName(session);
    const started = performance.now();
    const straightness = attempt(() => session.lab.straightness()).value;
    session.picture.cost += performance.now() - started;
    send({ kind: "straightness", ...stamp(session), step: session.shownStep, sampling: session.sampling, straightness });
  }

  // --- training -------------------------------------------------------------------------------------

  /** @param {Session} session */
  function train(session) {
    const { lab, rounds } = session;
    const [added] = rounds;
    if (added && added.after <= session.step && lab.round_due === Infinity) {
      rounds.shift();
      lab.add_round(added.name);
    }
    const due = lab.round_due;
    if (due <= session.step) {
      prepareRound(session);
      return;
    }
    const until = Math.min(session.course.until, rounds[0]?.after ?? Infinity, due);
    const before = session.step;
    const steps = Math.min(until - before, Math.max(1, Math.floor(SLICE_MILLISECONDS / millisecondsPerStep)));
    const started = performance.now();
    lab.train(steps);
    const ended = performance.now();
    millisecondsPerStep += 0.3 * ((ended - started) / steps - millisecondsPerStep);
    const isOnTheWay = session.step < session.course.until;
    if (isOnTheWay && ended - session.progressAt >= PROGRESS_MILLISECONDS) report(session, ended - session.historyAt >= HISTORY_MILLISECONDS);
  }

  /** Makes some of the pairs that a round learns from, before its first step. @param {Session} session */
  function prepareRound(session) {
    const { lab } = session;
    if (!session.preparing) {
      session.preparing = lab.round_name();
      send({ kind: "round", ...stamp(session), name: session.preparing, share: 0 });
    }
    const share = lab.prepare();
    send({ kind: "round", ...stamp(session), name: session.preparing, share });
    if (share < 1) return;
    session.preparing = undefined;
    // A new network learns from here: what was measured says nothing about it.
    session.measured.clear();
  }

  /** @type {(session: Session, isWhole: boolean) => void} */
  function report(session, isWhole) {
    const { lab, step } = session;
    const now = performance.now();
    const seconds = (now - session.progressAt) / 1000;
    if (step > session.progressStep && seconds > 0) {
      const rate = (step - session.progressStep) / seconds;
      session.stepsPerSecond = session.stepsPerSecond === 0 ? rate : session.stepsPerSecond + 0.3 * (rate - session.stepsPerSecond);
    }
    session.progressAt = now;
    session.progressStep = session.reportedStep = step;
    const history = isWhole ? lab.loss_history() : undefined;
    if (isWhole) {
      session.historyAt = now;
      const generation = session.states.at(-1)?.generation;
      session.states = JSON.parse(lab.history());
      // Each round has a loss of its own.
      if (session.states.at(-1)?.generation !== generation) session.isFloorKnown = false;
      chooseShown(session);
    }
    const states = isWhole ? session.states : undefined;
    send(
      { kind: "progress", ...stamp(session), loss: lab.loss(), stepsPerSecond: session.stepsPerSecond, history, states },
      history ? [history] : [],
    );
  }

  /** @param {Session} session */
  function measureFloor(session) {
    session.isFloorKnown = true;
    send({ kind: "floor", ...stamp(session), floor: attempt(() => session.lab.loss_floor()).value });
  }

  // --- the error curve ------------------------------------------------------------------------------

  /** @type {(session: Session, now: number) => boolean} */
  function curveIsDue(session, now) {
    return session.step > 0 && session.curve.length > 0 && now - session.curveAt >= Math.max(SAMPLE_MILLISECONDS, session.curveCost / CURVE_SHARE);
  }

  /** @param {CurvePoint} point */
  function nameOf({ solver, steps }) {
    return `${solver} ${steps}`;
  }

  /**
   * The point of the curve that training has changed most since it was measured, cheap points first.
   * @param {Session} session
   */
  function outdatedPoint({ curve, measured, shownStep, learns }) {
    const urgencies = curve.map((point) => {
      const at = measured.get(nameOf(point));
      if (at === undefined) return Infinity;
      return learns ? Math.abs(shownStep - at) / ((at + 50) * Math.sqrt(point.evaluations)) : 0;
    });
    const most = Math.max(0, ...urgencies);
    return most > 0 ? curve[urgencies.indexOf(most)] : undefined;
  }

  /** @param {Session} session */
  function measureCurve(session) {
    const started = performance.now();
    const point = outdatedPoint(session);
    if (point) {
      const { shownStep, sampling } = session;
      const found = attempt(() => session.lab.error_at(JSON.stringify({ type: point.solver }), point.steps)).value;
      session.measured.set(nameOf(point), shownStep);
      const [energy, hits, evaluations] = found ?? [];
      if (energy !== undefined && hits !== undefined && evaluations !== undefined) {
        send({ kind: "error", ...stamp(session), step: shownStep, sampling, point, energy, hits, evaluations });
      }
    }
    session.curveAt = performance.now();
    session.curveCost = session.curveAt - started;
  }

  // --- messages -------------------------------------------------------------------------------------

  /** @param {Session} session */
  function stamp({ generation, step }) {
    return { generation, step };
  }

  /** @type {(message: FromWorker, given?: ArrayBufferView[]) => void} */
  function send(message, given = []) {
    // What is given away is moved, not copied. (Nothing here is shared memory.)
    postMessage(message, { transfer: given.map(({ buffer }) => /** @type {ArrayBuffer} */ (buffer)) });
  }

  /**
   * What an action gives, or the reason why it is refused. A trap is neither, and goes on.
   * @template T
   * @param {() => T} action
   * @returns {{ value?: T, reason?: string }}
   */
  function attempt(action) {
    try {
      return { value: action() };
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      return { reason: messageOf(error) };
    }
  }

  /** @param {unknown} error */
  function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
  }

  /** Whether flow-core itself says no, and in words: with a plain `Error`. @param {unknown} error */
  function isRefusal(error) {
    return error instanceof Error && error.constructor === Error;
  }

  /**
   * A trap leaves the wasm instance unusable, so this worker is done: it says so and does nothing more. An experiment
   * that cannot be leaves it as good as new for the next.
   * @type {(during: string, action: () => void) => void}
   */
  function guard(during, action) {
    try {
      action();
    } catch (error) {
      session = undefined;
      send({ kind: "failed", generation, isFinal: !isRefusal(error), during, reason: messageOf(error) });
    }
  }
})();
