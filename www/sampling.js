/** How a picture is made, as page and workers speak of it. */

/**
 * flow_core::config::SamplingConfig
 * @typedef {object} Sampling
 * @property {number} particles
 * @property {number} steps
 * @property {{ type: string }} solver
 * @property {string} field
 * @property {{ type: string, g: number } | null} diffusion
 * @property {{ class: number, weight: number } | null} guidance
 */

/** Whether a flow's network learns, so that its picture changes with training. @param {Sampling} sampling */
export function showsLearning({ field }) {
  return field === "learned";
}

/**
 * Which field is measured, whatever the solver: equal texts, equal field.
 * @param {Sampling} sampling
 */
export function fieldOf({ field, guidance }) {
  return JSON.stringify([field, guidance]);
}

/**
 * What is asked for when a picture is: equal texts, the same picture, but for what training has changed.
 * @param {{ sampling: Sampling | undefined, replay: number | undefined }} picture replay: the training step whose weights to show; no sampling: none was made
 */
export function pictureKey({ sampling, replay }) {
  return JSON.stringify([sampling, replay]);
}
