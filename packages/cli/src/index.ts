/**
 * The commands of Flotilla. The launcher in the package `flotilla` calls `main`.
 *
 * @module
 */

export { main } from './main.ts';
export type { Config, VerifierOfFleet } from './project/config.ts';
