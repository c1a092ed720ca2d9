import { CallContext } from '../call/call-context.ts';
import type { Caller } from '../call/caller.ts';
import { createClient } from '../call/client.ts';
import type { Logger } from '../call/logger.ts';
import type { Context } from '../context/context.ts';
import { currentContext } from '../context/current.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Database } from '../host/database.ts';
import type { Host } from '../host/host.ts';
import type { LogLevel } from '../host/logs.ts';
import { limits } from '../limits.ts';
import type { Subscriber } from '../messaging/feed.ts';
import type { OutboxEvent } from '../messaging/outbox.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { ChangeSignal } from './change-signal.ts';
import { Commands } from './command.ts';
import { cryptographyOfCalls } from './cryptography-of-calls.ts';
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
	/** The names of those who listen to an event, by its address; `undefined`: the database knows. */
	readonly subscribersOf: ((event: string) => readonly string[]) | undefined;
	/** Called after this service has committed events for these; `undefined`: for any. */
	readonly emitted: (subscribers: Iterable<string> | undefined) => void;
	/** Called when somebody may have begun to listen, whom another instance has been told of. */
	readonly audienceChanged: () => void;
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
	const { subscribersOf } = parts;
	const committed = (events: readonly OutboxEvent[]): void => {
		const keys = [...new Set(events.map(({ orderingKey }) => orderingKey))];
		signal.changed(keys);
		parts.emitted(subscribersOf && new Set(events.flatMap(({ event }) => subscribersOf(event))));
		database?.notify(messageOf(keys));
	};
	const logger = loggerOf(telemetry, contract.name);
	const unit =
		database && new UnitOfWork({ contract, database, host, telemetry, subscribersOf, committed });
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
			if (message === '') parts.audienceChanged();
			parts.emitted(undefined);
		},
	};
}

/** Which keys have changed; an empty message: any may have. */
function messageOf(keys: readonly string[]): string {
	const message = JSON.stringify(keys);
	return new TextEncoder().encode(message).length <= limits.notificationBytes ? message : '';
}

function environmentOf(
	{ service, host, caller }: RunningServiceParts,
	unit: UnitOfWork | undefined,
	commands: Commands | undefined,
	signal: ChangeSignal,
	log: Logger,
): Environment<never, Needs> {
	const { name } = service.contract;
	const call = Object.fromEntries(
		Object.entries(service.needs).map(([need, contract]) => [need, createClient(contract, caller)]),
	);
	const environment = {
		call,
		crypto: cryptographyOfCalls(host.crypto),
		log,
		tx: (work: never) => {
			const result = transact(commands, name, work);
			const context = currentContext();
			// Who forgets to await it gets an error for that, not the end of the whole process.
			result.catch((error: unknown) => {
				if (context instanceof CallContext) reportLate(context, error);
			});
			return result;
		},
		read: async (work: never) =>
			(unit ?? noDatabase(name)).read(runningContext(name, 'read'), work),
		live: (key: string, work: never) =>
			live(unit ?? noDatabase(name), signal, runningContext(name, 'live'), key, work),
	};
	return environment as unknown as Environment<never, Needs>;
}

/** Of a transaction that outlives its command nobody else tells that it has failed. */
function reportLate({ command, operation, log }: CallContext, error: unknown): void {
	if (command?.isAnswered !== true) return;
	log.error('a transaction failed after its command had been answered', {
		operation: operation.address,
		error: String(error),
	});
}

async function transact(
	commands: Commands | undefined,
	service: string,
	work: never,
): Promise<unknown> {
	return (commands ?? noDatabase(service)).transaction(commandContext(service), work);
}

function noDatabase(service: string): never {
	return refuse(`the service '${service}' has no database: give it migrations`);
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
	if (context instanceof CallContext && context.service === service) return context;
	const message = `'tx' of '${service}' was used by something that is not a call of it.`;
	throw new FlotillaError('FLOTILLA_TX_OUTSIDE_COMMAND', message);
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

/** The logger of a service. */
export function loggerOf(telemetry: Telemetry, service: string): Logger {
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
