/** Pictures: when they are due, and how they are made by slices. */

import { fieldOf, pictureKey, showsLearning } from "../sampling.js";
import { attempt, send, stamp } from "./messages.js";
import { SLICE_MILLISECONDS } from "./turns.js";

/** @typedef {import("./session.js").Session} Session */

/** Pictures of a field that learns follow each other at this pace at most, and with all that is said about them take this share of the time at most. */
const SAMPLE_MILLISECONDS = 200;
const SAMPLE_SHARE = 0.07;
/** A picture that takes longer than this is preceded by one of few particles, which takes about half of it. */
const FIRST_SIGHT_MILLISECONDS = 50;
const FEWEST_PARTICLES = 200;

/** What one particle costs in one function evaluation. */
let millisecondsPerEvaluation = 5e-4;

/** @type {(session: Session, isResting: boolean) => boolean} */
export function pictureIsDue(session, isResting) {
  const { picture, shownStep, sampling, isRefused, course } = session;
  if (isRefused) return false;
  // The reader has asked for another one.
  if (pictureKey(picture) !== pictureKey(session)) return true;
  if (!showsLearning(sampling) || picture.step === shownStep) return false;
  return isResting || (picture.step < course.picture && course.picture <= shownStep);
}

/** What is on show, by name: equal names, equal field. @param {Session} session */
export function pictureName({ sampling, picture }) {
  return JSON.stringify([fieldOf(sampling), showsLearning(sampling) ? picture.step : 0]);
}

/** Works on the sample for one slice; when it is whole, the page gets it. @param {Session} session */
export function takePicture(session) {
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
    // Whatever is asked for next, what is on show is less than that.
    session.picture.sampling = undefined;
  } else {
    session.picture = { sampling, replay: session.replay, step: sample.step, cost: sample.cost + performance.now() - integrated };
  }
}

/**
 * Begins a sample; of all particles, unless the reader waits for another kind of picture and it takes long.
 * @type {(session: Session, particles?: number) => { particles: number, step: number, cost: number }}
 */
function begin(session, particles) {
  const { lab, sampling, replay, picture } = session;
  // Replayed steps follow each other too fast to show each of them twice.
  const isAwaited = pictureKey({ ...picture, replay }) !== pictureKey(session);
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
  const pause = Math.max(SAMPLE_MILLISECONDS, session.picture.cost / SAMPLE_SHARE);
  if (evaluations > 5000) millisecondsPerEvaluation += 0.3 * (cost / evaluations - millisecondsPerEvaluation);
  send(
    { kind: "picture", ...stamp(session), step, sampling, replay, particles, times, positions, hits, report, pause },
    [positions, hits, times],
  );
}

/** @param {Session} session */
export function measureStraightness(session) {
  session.straightnessOf = pictureName(session);
  const started = performance.now();
  const straightness = attempt(() => session.lab.straightness()).value;
  session.picture.cost += performance.now() - started;
  send({ kind: "straightness", ...stamp(session), step: session.shownStep, sampling: session.sampling, straightness });
}
