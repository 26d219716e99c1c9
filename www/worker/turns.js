/** Turns of work, with the page's messages between them. */

/** Messages are answered between slices, so a slice bounds how long the reader waits. */
export const SLICE_MILLISECONDS = 12;
/**
 * When the reader presses something, the browser gets the processor for this long, to show what it did: the time of
 * two or three frames of a slow machine. Steps are only put off, so no bit changes. Ten presses a minute cost training
 * 2 %; however fast the presses follow each other, they cost half of it at most.
 */
const GIVE_WAY_MILLISECONDS = 100;

export class Turns {
  // Messages to ourselves: unlike timers they are not slowed down, and the page's messages queue between them.
  #channel = new MessageChannel();
  #isAwaited = false;
  /** Until then, only what the reader waits for is done. */
  #givesWayUntil = -Infinity;

  /**
   * @param {() => boolean} isUrgent whether the reader waits for the next piece of work
   * @param {() => boolean} work does it, and returns whether there may be more
   */
  constructor(isUrgent, work) {
    this.#channel.port1.onmessage = () => {
      this.#isAwaited = false;
      const wait = this.#givesWayUntil - performance.now();
      if (wait > 0 && !isUrgent()) setTimeout(() => this.wake(), wait);
      else if (work()) this.wake();
    };
  }

  wake() {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.#channel.port2.postMessage(0);
  }

  giveWay() {
    const now = performance.now();
    if (now >= this.#givesWayUntil + GIVE_WAY_MILLISECONDS) this.#givesWayUntil = now + GIVE_WAY_MILLISECONDS;
  }
}
