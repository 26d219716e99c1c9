// What a build makes of worker.js and all that it imports: one classic script. Nothing here ships.

declare module "bundled-worker" {
  const text: string;
  export default text;
}
