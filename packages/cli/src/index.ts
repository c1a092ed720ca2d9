/**
 * The commands of Flotilla. The launcher in the package `flotilla` calls `main`.
 *
 * @module
 */

export { main } from './main.ts';
export type { Config, CrossOrigins, Pages, VerifierOfFleet } from './project/config.ts';
