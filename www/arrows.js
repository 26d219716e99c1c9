/** The arrow keys as directions on the plane: x to the right, y upwards. @type {Record<string, readonly [number, number] | undefined>} */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
