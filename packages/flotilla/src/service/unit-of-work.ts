import type { Context } from '../context/context.ts';
import { runInContext } from '../context/current.ts';
import type { Contract } from '../contract/contract.ts';
import { findOnce, type OnceKey, type OnceRecord, recordOnce } from '../database/once.ts';
import { reader, writer } from '../database/reading.ts';
import type { Reader } from '../database/session.ts';
import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { Clock } from '../host/clock.ts';
import type { Database, SqlSession } from '../host/database.ts';
import type { Host } from '../host/host.ts';
import { limits } from '../limits.ts';
import { emitters } from '../messaging/emission.ts';
import { appendEvents, type OutboxEvent } from '../messaging/outbox.ts';
import type { Activity, Telemetry } from '../telemetry/telemetry.ts';
import type { Transaction } from './environment.ts';

export interface UnitOfWorkParts {
	readonly contract: Contract;
	readonly database: Database;
	readonly host: Host;
	readonly telemetry: Telemetry;
	/** Called after a commit with the ordering keys of what was emitted. */
	readonly committed: (keys: readonly string[]) => void;
}

/** What a transaction does once: under which key, and what is recorded of its result. */
export interface Once<T> {
	readonly key: OnceKey;
	readonly record: (result: T) => OnceRecord | Promise<OnceRecord>;
	readonly expiresAtMs: number;
}

/** A transaction that ran, or the record of one that had run before. */
export type Outcome<T> = { readonly result: T } | { readonly recorded: OnceRecord };

const attemptsMax = 5;

/**
 * The transactions of one service: state, events and the record of having run commit together, or
 * not at all.
 */
export class UnitOfWork {
	readonly #parts: UnitOfWorkParts;
	readonly #writes: Activity;
	readonly #reads: Activity;

	constructor(parts: UnitOfWorkParts) {
		this.#parts = parts;
		this.#writes = this.#activity('transaction', 'info');
		this.#reads = this.#activity('read', 'debug');
	}

	get clock(): Clock {
		return this.#parts.host.clock;
	}

	/** Runs `work` in a transaction, unless the once table says that this has happened. */
	transaction<T>(
		context: Context,
		once: Once<T> | undefined,
		work: (t: Transaction<never>) => Promise<T> | T,
	): Promise<Outcome<T>> {
		return this.#recorded(context, this.#writes, async () => {
			const events: OutboxEvent[] = [];
			const outcome = await this.#attempt(context, once, work, events);
			if ('result' in outcome) this.#parts.committed(events.map((event) => event.orderingKey));
			return outcome;
		});
	}

	/** Runs `work` on a snapshot. */
	read<T>(context: Context, work: (t: Reader) => Promise<T> | T): Promise<T> {
		const within = transactionContext(context);
		return this.#recorded(context, this.#reads, () =>
			this.#parts.database.snapshot(async (session) =>
				runInContext(within, work, reader(session), undefined),
			),
		);
	}

	/** What is recorded under a key. */
	find(key: OnceKey): Promise<OnceRecord | undefined> {
		return this.#parts.database.snapshot((session) => findOnce(session, key));
	}

	async #attempt<T>(
		context: Context,
		once: Once<T> | undefined,
		work: (t: Transaction<never>) => Promise<T> | T,
		events: OutboxEvent[],
	): Promise<Outcome<T>> {
		const { contract, database, host } = this.#parts;
		const within = transactionContext(context);
		for (let attempt = 1; ; attempt++) {
			try {
				return await database.transaction(async (session) => {
					events.length = 0;
					const recorded = once && (await findOnce(session, once.key));
					if (recorded !== undefined) return { recorded };
					const emission = { contract, context, clock: host.clock, random: host.random };
					const t = { ...writer(session), emit: emitters({ ...emission, into: events }) };
					const result = await runInContext(within, work, t as never, undefined);
					await this.#seal(session, events, once, result);
					return { result };
				});
			} catch (error) {
				// Somebody else recorded the same key between our look and our commit: look again.
				const raced = once !== undefined && isOnceConflict(error);
				if (!raced || attempt >= attemptsMax) throw error;
			}
		}
	}

	async #seal<T>(
		session: SqlSession,
		events: readonly OutboxEvent[],
		once: Once<T> | undefined,
		result: T,
	): Promise<void> {
		await appendEvents(session, events);
		if (once === undefined) return;
		await recordOnce(session, once.key, await once.record(result), once.expiresAtMs);
	}

	async #recorded<T>(context: Context, activity: Activity, work: () => Promise<T>): Promise<T> {
		if (context.inTransaction) {
			const { name } = this.#parts.contract;
			const message = `A transaction of '${name}' was opened inside a transaction.`;
			throw new FlotillaError('FLOTILLA_TX_NESTED', message);
		}
		const { clock, random } = this.#parts.host;
		const trace = context.trace.child(random);
		const startMs = clock.monotonicMs();
		try {
			const result = await work();
			activity.ended(trace, clock.monotonicMs() - startMs, 'ok');
			return result;
		} catch (error) {
			const { code = 'exception' } = error as { code?: string };
			activity.ended(
				trace,
				clock.monotonicMs() - startMs,
				String(code),
				{ error: String(error) },
				'info',
			);
			throw error;
		}
	}

	#activity(kind: 'transaction' | 'read', level: 'info' | 'debug'): Activity {
		const { contract, database, telemetry } = this.#parts;
		return telemetry.activity({
			name: `${contract.name} ${kind}`,
			kind: 'internal',
			metric: 'db_client_operation_duration_seconds',
			help: 'Duration of transactions, from their start to their durable end.',
			labels: {
				db_system_name: database.dialect === 'sqlite' ? 'sqlite' : 'postgresql',
				db_namespace: contract.name,
				db_operation_name: kind,
			},
			message: kind,
			level,
		});
	}
}

/** The moment until which something that happens now is remembered. */
export function onceExpiry(nowMs: number): number {
	return nowMs + limits.onceKeptMs;
}

/** The same context, with the mark that nothing but the transaction may be awaited. */
function transactionContext(context: Context): Context {
	const { trace, deadlineMs, priority, principal, peer, hybridTime, causalToken, cancellation } =
		context;
	return {
		trace,
		deadlineMs,
		priority,
		principal,
		peer,
		hybridTime,
		causalToken,
		cancellation,
		inTransaction: true,
	};
}

function isOnceConflict(error: unknown): boolean {
	if (!isFlotillaError(error, 'FLOTILLA_DATABASE_CONSTRAINT')) return false;
	return JSON.stringify(error.details).includes('flotilla_once');
}
