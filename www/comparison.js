/** What both panels show: pictures that can be compared, and the sentence under them that compares them. */

import { find } from "./find.js";
import { pictureKey } from "./sampling.js";
import { LEARNT_AT, verdict } from "./verdict.js";
import { write } from "./write.js";

/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./side.js").Side} Side */

/** So long the verdict outlives the pictures it was about. */
const PATIENCE_MILLISECONDS = 1_000;

export class Comparison {
  #sides;
  #host;
  #verdict = find(document, "#verdict", HTMLElement);
  /** The flows that the verdict tells of. */
  #told = "";
  /** The timer after which it tells that it waits; 0 for none. @type {number} */
  #patience = 0;

  /** @param {Side[]} sides @param {import("./flows.js").Host} host */
  constructor(sides, host) {
    this.#sides = sides;
    this.#host = host;
  }

  /** Nothing to show yet, or not any more. @param {Side} side @param {string} message */
  clear(side, message) {
    side.coming = side.waiting = undefined;
    side.panel.clear(message);
    this.#host.pictured(side);
  }

  /**
   * Particles in flight are not disturbed: while the clock runs, a newer picture of the same kind waits until
   * they rest. Only a field that is just beginning to learn changes under them, for then there is nothing to disturb.
   * @param {Side} side @param {Picture} picture
   */
  receive(side, picture) {
    const shown = side.picture;
    const isRenewal = shown && pictureKey(shown) === pictureKey(picture) && shown.particles === picture.particles && shown.step >= LEARNT_AT;
    side.refused = "";
    side.renewsAt = performance.now() + picture.pause;
    side.coming = picture;
    side.straighten();
    if (isRenewal) return;
    side.coming = undefined;
    this.#show(side, picture);
  }

  /** Brings new pictures of both flows together, with all that is said about them, so that what is compared was learnt in as many steps. */
  renew() {
    const sides = this.#sides.filter(({ coming }) => coming);
    const isWhole = sides.every(
      ({ coming, pictureStep }) => coming?.straightness !== undefined && this.#sides.every((other) => !other.isRenewed || other.pictureStep >= pictureStep),
    );
    if (sides.length === 0 || !isWhole) return;
    for (const side of sides) [side.waiting, side.coming] = [side.coming, undefined];
    this.showWaiting(this.#sides.some(({ isUntold }) => isUntold));
  }

  /** @param {Side} side @param {Picture} picture */
  #show(side, picture) {
    side.waiting = undefined;
    side.panel.show(picture, this.#host.state(), side.engine.isCurrent(picture));
    this.showStraightness(side);
    this.#host.pictured(side);
  }

  /** Where particles are in flight, later, unless it is urgent. */
  showWaiting(isUrgent = false) {
    if (!isUrgent && this.#host.isInFlight()) return;
    for (const side of this.#sides) if (side.waiting) this.#show(side, side.waiting);
  }

  /** @param {Side} side */
  showStraightness(side) {
    side.panel.straighten(side.picture?.straightness);
    this.judge();
  }

  /** While pictures are renewed, the last sentence stays for a moment: a sentence that comes and goes cannot be read. */
  judge() {
    const state = this.#host.state();
    const flows = this.#sides.map(({ name, picture, refused, failed, engine }) => ({
      name: state[name].name,
      picture: picture && engine.isCurrent(picture) ? picture : undefined,
      hadPicture: picture !== undefined,
      refused,
      failed,
    }));
    const text = verdict(flows);
    const say = () => write(this.#verdict, text);
    const names = flows.map(({ name }) => name).join();
    const isRenewed = flows.every(({ hadPicture, failed }) => hadPicture && !failed) && flows.some(({ picture }) => !picture);
    if (isRenewed && names === this.#told) {
      this.#patience ||= setTimeout(say, PATIENCE_MILLISECONDS);
      return;
    }
    clearTimeout(this.#patience);
    this.#patience = 0;
    this.#told = names;
    say();
  }
}
