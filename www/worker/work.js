/** What a worker does next. */

import { curveIsDue, measureCurve, outdatedPoint } from "./curve.js";
import { measureStraightness, pictureIsDue, pictureName, takePicture } from "./pictures.js";
import { measureFloor, report, train } from "./training.js";

/** @typedef {import("./session.js").Session} Session */

/** While the reader drags the slider, what can wait does. */
const DRAG_MILLISECONDS = 300;
/** The loss floor takes a moment to compute; it is not needed before the loss comes near it. */
const FLOOR_STEP = 100;

/**
 * Does the most urgent piece of work. Returns whether there may be more.
 * The goal is reported last, when the picture and all that is said about it are there.
 * @param {Session} session
 */
export function work(session) {
  const now = performance.now();
  const { step } = session;
  const { until, goal } = session.course;
  const isResting = step >= goal;
  const isDragging = now - session.askedAt < DRAG_MILLISECONDS && step < until;
  if (session.isUntrained && step < until) {
    // What is measured at this step is that of the network before.
    train(session);
  } else if (session.sample || pictureIsDue(session, isResting)) {
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
