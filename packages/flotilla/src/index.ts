// Contracts: what a service offers, as data.

// Services: contracts implemented.
export type { Logger } from './call/logger.ts';
export type { Principal } from './context/principal.ts';
export type { Trace } from './context/trace.ts';
export type { CallOptions, Client, Result } from './contract/client.ts';
export { type Contract, contract } from './contract/contract.ts';
export { DeclaredError, isDeclaredError } from './contract/declared-error.ts';
export {
	type CommandDefinition,
	type ContractDefinition,
	type ErrorOf,
	type EventDefinition,
	error,
	type QueryDefinition,
	type StreamOf,
	stream,
} from './contract/definition.ts';
export type { InputOf, OutputOf, Schema } from './contract/schema.ts';
export type { Migration } from './database/migration.ts';
export type { Reader, Writer } from './database/session.ts';
export { json, list, type Sql, sql } from './database/sql.ts';
// Errors.
export { type ErrorCode, errorTable } from './errors/error-table.ts';
export { type Effect, FlotillaError, isFlotillaError } from './errors/flotilla-error.ts';
export { type App, app } from './service/app.ts';
export type {
	Call,
	Delivery,
	Environment,
	Implementation,
	Needs,
	Transaction,
} from './service/environment.ts';
export { type Service, type ServiceOptions, service } from './service/service.ts';
