/** One flow's worker: owns an experiment, trains it in short slices and samples it with its current weights. */

import { initSync } from "../../pkg/flow_wasm.js";
import { reasonOf } from "../reason.js";
import { isRefusal, send } from "./messages.js";
import { answer } from "./questions.js";
import { resample, Session } from "./session.js";
import { Turns } from "./turns.js";
import { work } from "./work.js";

/** @typedef {import("../engine.js").ToWorker} ToWorker */

/** @type {Session | undefined} */
let session;
/** Of the experiment asked for last, whether or not it could begin. */
let generation = 0;

const turns = new Turns(() => guard("training", () => session !== undefined && work(session)) ?? false);

addEventListener("message", (/** @type {MessageEvent<ToWorker>} */ { data: message }) => {
  guard(message.kind === "boot" || message.kind === "configure" ? "starting" : "answering", () => {
    hear(message);
    turns.wake();
  });
});

/** @param {ToWorker} message */
function hear(message) {
  switch (message.kind) {
    case "boot":
      initSync({ module: message.module });
      return;
    case "configure":
      generation = message.generation;
      session?.lab.free();
      session = undefined;
      session = new Session(message);
      return;
    case "give-way":
      turns.giveWay();
      return;
    case "go-on":
      turns.goOn();
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
    case "ask":
      answer(session, message.id, message.question);
      break;
  }
}

/**
 * A trap leaves the wasm instance unusable, so this worker is done: it says so and does nothing more. An experiment
 * that cannot be leaves it as good as new for the next.
 * @template T
 * @param {string} during
 * @param {() => T} action
 * @returns {T | undefined}
 */
function guard(during, action) {
  try {
    return action();
  } catch (error) {
    session = undefined;
    send({ kind: "failed", generation, isFinal: !isRefusal(error), during, reason: reasonOf(error) });
    return undefined;
  }
}
