/** Training, the rounds on its way, and what is told of it. */

import { measureLast } from "./curve.js";
import { attempt, send, stamp } from "./messages.js";
import { chooseShown } from "./session.js";
import { SLICE_MILLISECONDS } from "./turns.js";

/** @typedef {import("./session.js").Session} Session */

const PROGRESS_MILLISECONDS = 50;
const HISTORY_MILLISECONDS = 500;

let millisecondsPerStep = 2;

/** @param {Session} session */
export function train(session) {
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
  const { step: before, course } = session;
  const stops = [course.until, course.picture, rounds[0]?.after ?? Infinity, due];
  const until = Math.min(...stops.filter((step) => step > before));
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
    if (!session.isUntrained) measureLast(session);
    session.preparing = lab.round_name();
    send({ kind: "round", ...stamp(session), name: session.preparing, share: 0 });
  }
  const share = lab.prepare();
  send({ kind: "round", ...stamp(session), name: session.preparing, share });
  if (share < 1) return;
  session.preparing = undefined;
  session.begunAt = session.step;
  // A new network learns from here: what was measured says nothing about it.
  session.measured.clear();
}

/** @type {(session: Session, isWhole: boolean) => void} */
export function report(session, isWhole) {
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
export function measureFloor(session) {
  session.isFloorKnown = true;
  send({ kind: "floor", ...stamp(session), floor: attempt(() => session.lab.loss_floor()).value });
}
