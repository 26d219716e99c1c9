/** What the reader presses, before anything else hears of it. */

/** What a press begins and ends with. A drag's moves and a held key's repetitions are none: work goes on meanwhile. */
const PRESSES = /** @type {const} */ (["pointerdown", "pointerup", "keydown", "keyup"]);

/** @param {() => void} action called at once, so it must be quick */
export function onPress(action) {
  const hear = (/** @type {Event} */ event) => {
    if (!(event instanceof KeyboardEvent && event.repeat)) action();
  };
  for (const press of PRESSES) addEventListener(press, hear, { capture: true, passive: true });
}
