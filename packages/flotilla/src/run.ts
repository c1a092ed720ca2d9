// Running apps.
export type { Caller, Fleet, Health } from './run/fleet.ts';
export { type RunOptions, run } from './run/run.ts';
