/** The page's one state, and who is told when it is another. */

/** @typedef {import("./state.js").State} State */

export class Store {
  /** What the page shows. @type {State | undefined} */
  #told;
  #isTelling = false;
  #tell;

  /**
   * @param {State} state nobody is told of this one until another is set
   * @param {(state: State, before: State | undefined) => void} tell
   */
  constructor(state, tell) {
    /** The newest. */
    this.state = state;
    this.#tell = tell;
  }

  /** Being told of a state may set a newer one: all hear of the first to its end, then all of the next. @param {State} state */
  set(state) {
    this.state = state;
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      while (this.state !== this.#told) {
        const before = this.#told;
        this.#told = this.state;
        this.#tell(this.#told, before);
      }
    } finally {
      this.#isTelling = false;
    }
  }
}
