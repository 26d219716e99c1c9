// TensorFlow.js with its wasm backend on one thread, as a contestant of `cargo xtask bench --peers`.
// The protocol is told in xtask/src/bench/contestant.rs. Start it in the folder where its packages are installed.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { cpuUsage, cwd } from "node:process";

const require = createRequire(join(cwd(), "package.json"));
const tf = require("@tensorflow/tfjs");
const { setThreadsCount, setWasmPaths, version_wasm } = require("@tensorflow/tfjs-backend-wasm");

const INPUTS = 37;
const DEPTH = 3;
const BATCH = 256;
const PARTICLES = 10_000;
const SLICE_MILLISECONDS = 100;

setWasmPaths(join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), "/"));
setThreadsCount(1);
await tf.setBackend("wasm");

class Network {
  /** @param {number} width */
  constructor(width) {
    const sizes = [INPUTS, ...Array.from({ length: DEPTH }, () => width), 2];
    this.layers = sizes.slice(1).map((size, i) => {
      const bound = 1 / Math.sqrt(sizes[i]);
      return { weights: tf.variable(tf.randomUniform([sizes[i], size], -bound, bound)), biases: tf.variable(tf.zeros([size])) };
    });
    this.optimizer = tf.train.adam(1e-3);
  }

  forward(features) {
    return this.layers.reduce((x, { weights, biases }, i) => {
      const z = tf.add(tf.matMul(x, weights), biases);
      return i < DEPTH ? tf.mul(z, tf.sigmoid(z)) : z;
    }, features);
  }

  /** One step on uniform numbers: cheaper to draw than any real batch. */
  step() {
    const numbers = (count) => Float32Array.from({ length: count }, () => 2 * Math.random() - 1);
    tf.tidy(() => {
      const features = tf.tensor2d(numbers(BATCH * INPUTS), [BATCH, INPUTS]);
      const velocities = tf.tensor2d(numbers(BATCH * 2), [BATCH, 2]);
      this.optimizer.minimize(() => tf.mean(tf.square(tf.sub(this.forward(features), velocities))));
    });
  }
}

/** Milliseconds of processor time. */
function busy() {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** Calls of `action` a second, as many at a time as fill a slice. */
function paced(action, finish) {
  let count = 1;
  return async () => {
    const began = busy();
    for (let i = 0; i < count; i += 1) action();
    await finish();
    const rate = count / Math.max(1, busy() - began);
    count = Math.max(1, Math.round(rate * SLICE_MILLISECONDS));
    return 1000 * rate;
  };
}

const slices = [32, 64, 128].flatMap((width) => {
  const network = new Network(width);
  const features = tf.randomUniform([PARTICLES, INPUTS]);
  const done = () => network.layers[0].weights.data();
  const evaluate = paced(() => tf.tidy(() => network.forward(features).dataSync()), done);
  return [
    { task: { what: "training", width }, run: paced(() => network.step(), done) },
    { task: { what: "velocity", width }, run: async () => PARTICLES * (await evaluate()) },
  ];
});

console.log(JSON.stringify({ version: `TensorFlow.js ${version_wasm}`, tasks: slices.map(({ task }) => task), facts: [] }));
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify({ value: await slices[Number(line)].run() }));
