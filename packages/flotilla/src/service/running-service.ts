import type { CallContext } from '../call/call-context.ts';
import type { Caller } from '../call/caller.ts';
import { createClient } from '../call/client.ts';
import type { Logger } from '../call/logger.ts';
import type { Context } from '../context/context.ts';
import { currentContext } from '../context/current.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Database } from '../host/database.ts';
import type { Host } from '../host/host.ts';
import type { LogLevel } from '../host/logs.ts';
import type { Subscriber } from '../messaging/delivery.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { ChangeSignal } from './change-signal.ts';
import { Commands } from './command.ts';
import type { Environment, Needs } from './environment.ts';
import { live } from './live.ts';
import type { AnyHandler, AnyImplementation, Service } from './service.ts';
import { subscriptionsOf } from './subscription.ts';
import { UnitOfWork } from './unit-of-work.ts';

export interface RunningServiceParts {
	readonly service: Service;
	/** `undefined`: the service has none. */
	readonly database: Database | undefined;
	readonly host: Host;
	readonly telemetry: Telemetry;
	readonly caller: Caller;
	/** Called after this service has committed events. */
	readonly emitted: () => void;
}

/** A service whose operations can be called and that listens to events. */
export interface RunningService {
	readonly service: Service;
	readonly database: Database | undefined;
	/** By the address of the event. */
	readonly subscriptions: ReadonlyMap<string, Subscriber>;
	/** Another process has committed something in the same database. */
	readonly notified: (message: string) => void;
}

/**
 * Builds a service's environment and handlers and makes its operations callable.
 *
 * @throws {FlotillaError} `FLOTILLA_SERVICE_INVALID`: something of its contract is missing.
 */
export function startService(parts: RunningServiceParts): RunningService {
	const { service, database, host, telemetry, caller } = parts;
	const { contract } = service;
	const signal = new ChangeSignal(host.clock);
	const committed = (keys: readonly string[]): void => {
		if (keys.length === 0) return;
		signal.changed(keys);
		parts.emitted();
		const message = JSON.stringify(keys);
		database?.notify(message.length <= 4_000 ? message : '');
	};
	const logger = loggerOf(telemetry, contract.name);
	const unit = database && new UnitOfWork({ contract, database, host, telemetry, committed });
	const commands = unit && new Commands(unit, host);
	const environment = environmentOf(parts, unit, commands, signal, logger);
	const implementation = service.implement(environment as never);
	checkComplete(service, implementation);
	for (const operation of contract.operations.values()) {
		const handlers = operation.kind === 'query' ? implementation.queries : implementation.commands;
		const handler = handlers?.[operation.name] as AnyHandler;
		if (operation.kind === 'command' && commands === undefined && !operation.idempotent) {
			refuse(`the command ${operation.address} needs a database, or must say \`idempotent: true\``);
		}
		const run = operation.kind === 'command' && commands ? commands.once(handler) : handler;
		caller.register({ operation, run, logger });
	}
	return {
		service,
		database,
		subscriptions: subscriptionsOf({ service, implementation, unit, host, telemetry, logger }),
		notified: (message) => {
			signal.changed(message === '' ? undefined : (JSON.parse(message) as string[]));
			parts.emitted();
		},
	};
}

function environmentOf(
	{ service, host, caller }: RunningServiceParts,
	unit: UnitOfWork | undefined,
	commands: Commands | undefined,
	signal: ChangeSignal,
	log: Logger,
): Environment<never, Needs> {
	const { name } = service.contract;
	const noDatabase = (): never =>
		refuse(`the service '${name}' has no database: give it migrations`);
	const call = Object.fromEntries(
		Object.entries(service.needs).map(([need, contract]) => [need, createClient(contract, caller)]),
	);
	const environment = {
		call,
		crypto: host.crypto,
		log,
		tx: async (work: never) => (commands ?? noDatabase()).transaction(commandContext(name), work),
		read: async (work: never) => (unit ?? noDatabase()).read(runningContext(name, 'read'), work),
		live: (key: string, work: never) =>
			live(unit ?? noDatabase(), signal, runningContext(name, 'live'), key, work),
	};
	return environment as unknown as Environment<never, Needs>;
}

function runningContext(service: string, what: string): Context {
	const context = currentContext();
	if (context === undefined) {
		const message = `'${what}' of '${service}' was used outside of any call.`;
		throw new FlotillaError('FLOTILLA_TX_OUTSIDE_COMMAND', message);
	}
	return context;
}

function commandContext(service: string): CallContext {
	const context = runningContext(service, 'tx');
	if (context.inTransaction) {
		const message = `A transaction of '${service}' was opened inside a transaction.`;
		throw new FlotillaError('FLOTILLA_TX_NESTED', message);
	}
	return context as CallContext;
}

/** Compiled code cannot get here with a missing handler; plain JavaScript can. */
function checkComplete(service: Service, implementation: AnyImplementation): void {
	const { contract, needs } = service;
	for (const { kind, name, address } of contract.operations.values()) {
		const handlers = kind === 'query' ? implementation.queries : implementation.commands;
		if (typeof handlers?.[name] !== 'function') refuse(`${address} has no handler`);
	}
	for (const kind of ['queries', 'commands'] as const) {
		for (const name of Object.keys(implementation[kind] ?? {})) {
			if (!contract.operations.has(name)) {
				refuse(`the service '${contract.name}' has a handler for '${name}', not in its contract`);
			}
		}
	}
	for (const [need, subscribers] of Object.entries(implementation.on ?? {})) {
		const emitter = needs[need];
		if (emitter === undefined) refuse(`'${contract.name}' listens to '${need}' but needs it not`);
		for (const event of Object.keys(subscribers ?? {})) {
			if (!emitter.events.has(event)) {
				refuse(
					`'${contract.name}' listens to '${event}' of '${emitter.name}', which has no such event`,
				);
			}
		}
	}
}

function loggerOf(telemetry: Telemetry, service: string): Logger {
	const write =
		(level: LogLevel) =>
		(message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
			telemetry.log(level, message, { service, ...fields });
	return {
		debug: write('debug'),
		info: write('info'),
		warn: write('warn'),
		error: write('error'),
	};
}

function refuse(reason: string): never {
	throw new FlotillaError('FLOTILLA_SERVICE_INVALID', `It was refused: ${reason}.`);
}
