import type { Context } from '../context/context.ts';
import { runInContext } from '../context/current.ts';
import type { Contract } from '../contract/contract.ts';
import { findOnce, type OnceKey, type OnceRecord, recordOnce } from '../database/once.ts';
import { reader, writer } from '../database/reading.ts';
import type { Reader } from '../database/session.ts';
import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { Database, SqlSession } from '../host/database.ts';
import type { Host } from '../host/host.ts';
import { limits } from '../limits.ts';
import { Emission } from '../messaging/emission.ts';
import { appendEvents, type OutboxEvent } from '../messaging/outbox.ts';
import type { Activity, Telemetry } from '../telemetry/telemetry.ts';
import type { Transaction } from './environment.ts';

export interface UnitOfWorkParts {
	readonly contract: Contract;
	readonly database: Database;
	readonly host: Host;
	readonly telemetry: Telemetry;
	/** The names of those who listen to an event, by its address; `undefined`: the database knows. */
	readonly subscribersOf: ((event: string) => readonly string[]) | undefined;
	/** Called after a commit with what was emitted. */
	readonly committed: (events: readonly OutboxEvent[]) => void;
}

/** What a transaction does once: under which key, and what is recorded of its result. */
export interface Once<T> {
	readonly key: OnceKey;
	/** A record that does not depend on the result is made first: that spares looking for one. */
	readonly record: OnceRecord | ((result: T) => OnceRecord | Promise<OnceRecord>);
	readonly expiresAtMs: number;
}

/** A transaction that ran, or the record of one that had run before. */
export type Outcome<T> = { readonly result: T } | { readonly recorded: OnceRecord };

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

	/** Runs `work` in a transaction, unless the once table says that this has happened. */
	transaction<T>(
		context: Context,
		once: Once<T> | undefined,
		work: (t: Transaction<never>) => Promise<T> | T,
	): Promise<Outcome<T>> {
		return this.#recorded(context, this.#writes, async () => {
			let events: readonly OutboxEvent[] = [];
			try {
				const outcome = await this.#parts.database.transaction(async (session) => {
					refuseGivenUp(context);
					const run = await this.#run(session, context, once, work);
					events = run.events;
					return run.outcome;
				});
				if (events.length > 0) this.#parts.committed(events);
				return outcome;
			} catch (error) {
				const recorded = once && isConflict(error) && (await this.find(once.key));
				if (!recorded) throw error;
				return { recorded };
			}
		});
	}

	/** Runs `work` on a snapshot. */
	read<T>(context: Context, work: (t: Reader) => Promise<T> | T): Promise<T> {
		const within = transactionContext(context);
		return this.#recorded(context, this.#reads, () =>
			this.#parts.database.snapshot(async (session) => {
				refuseGivenUp(context);
				return runInContext(within, work, reader(session), undefined);
			}),
		);
	}

	/** What is recorded under a key. @param context Of the call that asks, if one does. */
	find(key: OnceKey, context?: Context): Promise<OnceRecord | undefined> {
		const { database, host } = this.#parts;
		const nowMs = host.clock.wallMs();
		return database.snapshot(async (session) => {
			if (context !== undefined) refuseGivenUp(context);
			return findOnce(session, key, nowMs);
		});
	}

	/** One run of a transaction, of which there may be several. */
	async #run<T>(
		session: SqlSession,
		context: Context,
		once: Once<T> | undefined,
		work: (t: Transaction<never>) => Promise<T> | T,
	): Promise<{ readonly outcome: Outcome<T>; readonly events: readonly OutboxEvent[] }> {
		const { contract, host, subscribersOf } = this.#parts;
		const { clock, random } = host;
		const nowMs = clock.wallMs();
		const recorded = once && (await foundOnce(session, once, nowMs));
		if (recorded !== undefined) return { outcome: { recorded }, events: [] };
		const emission = new Emission({ contract, context, clock, random });
		const t = { ...writer(session), emit: emission.emit };
		const result = await runInContext(transactionContext(context), work, t as never, undefined);
		const events = emission.close();
		await appendEvents(session, events, subscribersOf);
		if (typeof once?.record === 'function') {
			await recordResult(session, once, await once.record(result), nowMs);
		}
		return { outcome: { result }, events };
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
			activity.ended(trace, startMs, 'ok');
			return result;
		} catch (error) {
			const { code = 'exception' } = (error ?? {}) as { code?: unknown };
			activity.ended(trace, startMs, String(code), { error: String(error) }, 'info');
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

/**
 * A database that is behind must not work for those who have left: whoever tries again would only find
 * a longer queue. So this is asked when a turn has come, not when it was waited for.
 */
function refuseGivenUp({ cancellation: { reason } }: Context): void {
	if (reason === undefined) return;
	const message = 'The call was given up while it waited for its database.';
	throw new FlotillaError(reason.code, message, { effect: 'none', cause: reason });
}

/** What is recorded of an earlier run; `undefined` when this one is the first. */
async function foundOnce<T>(
	session: SqlSession,
	{ key, record, expiresAtMs }: Once<T>,
	nowMs: number,
): Promise<OnceRecord | undefined> {
	if (typeof record === 'function') return findOnce(session, key, nowMs);
	// Until it is swept it counts: after a long rest, what was left over comes a second time.
	const isFirst = await recordOnce(session, key, record, { nowMs: 0, expiresAtMs });
	return isFirst ? undefined : record;
}

async function recordResult<T>(
	session: SqlSession,
	{ key, expiresAtMs }: Once<T>,
	record: OnceRecord,
	nowMs: number,
): Promise<void> {
	if (await recordOnce(session, key, record, { nowMs, expiresAtMs })) return;
	const message = `The key '${key.key}' was recorded by somebody else at the same time.`;
	throw new FlotillaError('FLOTILLA_DATABASE_CONTENTION', message);
}

/** What may be the doing of somebody else who ran the same at the same time. */
function isConflict(error: unknown): boolean {
	return (
		isFlotillaError(error, 'FLOTILLA_DATABASE_CONSTRAINT') ||
		isFlotillaError(error, 'FLOTILLA_DATABASE_CONTENTION')
	);
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
