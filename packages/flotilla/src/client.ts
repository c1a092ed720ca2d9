/**
 * Calls services over HTTP, from browsers and anywhere else. Nothing here needs Node.
 *
 * @module
 */

export { type ServerEvent, serverEvents } from './client/event-stream.ts';
export {
	type HttpCallOptions,
	type HttpClient,
	type HttpClientOptions,
	httpClient,
} from './client/http-client.ts';
export type { Result } from './contract/client.ts';
export { type Contract, contract } from './contract/contract.ts';
export { DeclaredError, isDeclaredError } from './contract/declared-error.ts';
export { error, stream } from './contract/definition.ts';
export type { InputOf, OutputOf, Schema } from './contract/schema.ts';
export type { Effect, FlotillaError } from './errors/flotilla-error.ts';
export { isFlotillaError } from './errors/flotilla-error.ts';
