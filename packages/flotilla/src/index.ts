/**
 * Define services: contracts as data, and their implementations as plain functions.
 *
 * @module
 */

// Contracts: what a service offers.

export type { CallOptions, Client, Result } from './contract/client.ts';
export { type Contract, contract } from './contract/contract.ts';
export { DeclaredError, isDeclaredError } from './contract/declared-error.ts';
export {
	type CommandDefinition,
	type ContractDefinition,
	type ErrorOf,
	type EventDefinition,
	error,
	type HttpBinding,
	type HttpRoute,
	type QueryDefinition,
	type Settle,
	type StreamOf,
	stream,
} from './contract/definition.ts';
export type { InputOf, OutputOf, Schema } from './contract/schema.ts';

// Services: contracts implemented, and apps made of them.

export type { Logger } from './call/logger.ts';
export type { Principal } from './context/principal.ts';
export type { Migration } from './database/migration.ts';
export type { Reader, Writer } from './database/session.ts';
export { json, list, type Sql, sql } from './database/sql.ts';
export type { Cryptography, KeyPair, PrivateKey, PublicKey } from './host/cryptography.ts';
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

// Errors of the platform.

export { type ErrorCode, errorTable } from './errors/error-table.ts';
export { type Effect, FlotillaError, isFlotillaError } from './errors/flotilla-error.ts';
