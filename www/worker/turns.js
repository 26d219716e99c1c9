/** Turns of work, with the page's messages between them. */

/** Messages are answered between slices, so a slice bounds how long the reader waits. */
export const SLICE_MILLISECONDS = 12;
/** Nobody waits longer than this for a press to be shown: a page that is hidden shows nothing. */
const GIVE_WAY_MILLISECONDS = 400;

export class Turns {
  // Messages to ourselves: unlike timers they are not slowed down, and the page's messages queue between them.
  #channel = new MessageChannel();
  #isAwaited = false;
  /** The timer that ends the wait while the page shows what the reader pressed. @type {ReturnType<typeof setTimeout> | undefined} */
  #givingWay;

  /** @param {() => boolean} work does the next piece of work, and returns whether there may be more */
  constructor(work) {
    this.#channel.port1.onmessage = () => {
      this.#isAwaited = false;
      if (this.#givingWay === undefined && work()) this.wake();
    };
  }

  wake() {
    if (this.#isAwaited || this.#givingWay !== undefined) return;
    this.#isAwaited = true;
    this.#channel.port2.postMessage(0);
  }

  /** Leaves the processor to the browser. Work is only put off, so no bit changes. */
  giveWay() {
    clearTimeout(this.#givingWay);
    this.#givingWay = setTimeout(() => this.goOn(), GIVE_WAY_MILLISECONDS);
  }

  goOn() {
    clearTimeout(this.#givingWay);
    this.#givingWay = undefined;
    this.wake();
  }
}
