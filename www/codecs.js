/** Values as text: how each kind is written in the address, and what is accepted there. */

/** @typedef {import("./registry.js").Registry} Registry */

/**
 * How a value is written in the address, read from it, and described to a reader who got it wrong.
 * @template T
 * @typedef {object} Codec
 * @property {(value: T) => string} write
 * @property {(text: string, registry: Registry) => T | undefined} read undefined when `text` is not accepted
 * @property {(registry: Registry) => string} accepted what is, in words
 */

/** @param {number} min @param {number} max @returns {Codec<number>} */
export function wholeNumber(min, max) {
  return {
    write: String,
    read: (text) => (/^-?\d{1,10}$/.test(text) ? within(Number(text), min, max) : undefined),
    accepted: () => `a whole number from ${min} to ${max}`,
  };
}

/** Written with at most three decimals. @param {number} min @param {number} max @returns {Codec<number>} */
export function number(min, max) {
  return {
    write: (value) => String(Number(value.toFixed(3))),
    read: (text) => (/^-?\d{0,10}\.?\d{0,20}$/.test(text) && /\d/.test(text) ? within(Number(text), min, max) : undefined),
    accepted: () => `a number from ${min} to ${max}`,
  };
}

/** @param {number} value @param {number} min @param {number} max */
function within(value, min, max) {
  return value >= min && value <= max ? value : undefined;
}

/**
 * A value that may be missing, which is written as nothing.
 * @template T
 * @param {Codec<T>} codec
 * @returns {Codec<T | undefined>}
 */
export function maybe(codec) {
  return { ...codec, write: (value) => (value === undefined ? "" : codec.write(value)) };
}

/**
 * @template {string | number} T
 * @param {readonly T[]} choices
 * @returns {Codec<T>}
 */
export function oneOf(choices) {
  return {
    write: String,
    read: (text) => choices.find((choice) => String(choice) === text),
    accepted: () => `one of ${choices.join(", ")}`,
  };
}

/** @param {(registry: Registry) => { name: string }[]} entries @returns {Codec<string>} */
export function entryOf(entries) {
  return {
    write: String,
    read: (text, registry) => entries(registry).find(({ name }) => name === text)?.name,
    accepted: (registry) => `one of ${entries(registry).map(({ name }) => name).join(", ")}`,
  };
}

/**
 * A distribution: one of a table, or the reader's own.
 * @param {(registry: Registry) => { name: string }[]} entries
 * @returns {Codec<string>}
 */
export function distributionOf(entries) {
  const preset = entryOf(entries);
  return {
    ...preset,
    read: (text, registry) => preset.read(text, registry) ?? (registry.isOwnData(text) ? text : undefined),
    accepted: (registry) => `${preset.accepted(registry)}, or own data as this page wrote them`,
  };
}

/** @type {Codec<boolean>} */
export const onOrOff = {
  write: (value) => (value ? "on" : "off"),
  read: (text) => (text === "on" ? true : text === "off" ? false : undefined),
  accepted: () => "on or off",
};

/**
 * Some of these, each once, in any order: `arrows.grid`.
 * @param {readonly { name: string }[]} entries
 * @returns {Codec<readonly string[]>}
 */
export function someOf(entries) {
  const names = entries.map(({ name }) => name);
  return {
    write: (value) => value.join("."),
    read: (text) => {
      const chosen = text === "" ? [] : text.split(".");
      return chosen.every((name, i) => names.includes(name) && chosen.indexOf(name) === i) ? chosen : undefined;
    },
    accepted: () => `some of ${names.join(", ")}, with dots between them`,
  };
}

/** @type {Codec<readonly [number, number]>} */
export const place = {
  write: ([x, y]) => `${Number(x.toFixed(2))}_${Number(y.toFixed(2))}`,
  read: (text) => {
    const [, x, y] = /^(-?\d{1,3}(?:\.\d{1,6})?)_(-?\d{1,3}(?:\.\d{1,6})?)$/.exec(text) ?? [];
    return x === undefined || y === undefined ? undefined : [Number(x), Number(y)];
  },
  accepted: () => "a place like 0.5_-1.2",
};

/** flow-core says which numbers are in range. @type {Codec<number>} */
export const anyNumber = {
  write: String,
  read: (text) => (/^-?\d{0,10}\.?\d{0,10}(e-?\d)?$/.test(text) && /^-?\.?\d/.test(text) ? Number(text) : undefined),
  accepted: () => "a number",
};
