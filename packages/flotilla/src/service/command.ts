import type { CallContext } from '../call/call-context.ts';
import { failureOf, invalid } from '../call/failure.ts';
import { uuidV7 } from '../context/identifiers.ts';
import { DeclaredError, isDeclaredError } from '../contract/declared-error.ts';
import type { OnceKey, OnceRecord } from '../database/once.ts';
import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { Host } from '../host/host.ts';
import { limits } from '../limits.ts';
import type { Transaction } from './environment.ts';
import { commandKey, digestOf, keptUntilMs, sameJson } from './idempotency.ts';
import type { AnyHandler } from './service.ts';
import type { Once, UnitOfWork } from './unit-of-work.ts';

/** A command that is under way: others with the same key wait for it. */
interface UnderWay {
	readonly inputDigest: string;
	readonly answer: Promise<unknown>;
}

/** What `tx` needs to know of the command that runs it. */
interface Running {
	readonly key: OnceKey;
	readonly inputDigest: string;
	readonly expiresAtMs: number;
	/** Found by a transaction: the command has been answered before. */
	recorded: OnceRecord | undefined;
}

/**
 * Runs the commands of a service so that each idempotency key is answered once: with the answer, or
 * with the declared error, that was recorded in the same commit as its effect.
 */
export class Commands {
	readonly #unit: UnitOfWork;
	readonly #host: Host;
	readonly #underWay = new Map<string, UnderWay>();
	readonly #running = new WeakMap<CallContext, Running>();

	constructor(unit: UnitOfWork, host: Host) {
		this.#unit = unit;
		this.#host = host;
	}

	/** The handler with the once table around it. */
	once(handler: AnyHandler): (input: never, call: never) => unknown {
		return (input: never, call: CallContext) =>
			call.operation.idempotent
				? handler(input, call as never)
				: this.#answerOnce(handler, input, call);
	}

	/** `tx` of the environment: the one transaction of the command that is running. */
	async transaction<T>(
		call: CallContext,
		work: (t: Transaction<never>) => Promise<T> | T,
	): Promise<T> {
		const { command, operation } = call;
		if (command === undefined) {
			const message = `'tx' was called by ${operation.address}, which is a query.`;
			throw new FlotillaError('FLOTILLA_TX_OUTSIDE_COMMAND', message);
		}
		if (command.transaction !== 'none' && !call.inTransaction) {
			const message = `${operation.address} opened a second transaction.`;
			const effect = command.transaction === 'committed' ? 'done' : 'unknown';
			throw new FlotillaError('FLOTILLA_TX_SECOND', message, { effect });
		}
		const stopped = call.cancellation.reason;
		if (stopped !== undefined) {
			const message = `${operation.address} was given up before its transaction began.`;
			throw new FlotillaError(stopped.code, message, { effect: 'none', cause: stopped });
		}
		command.transaction = 'open';
		try {
			return await this.#commit(call, work);
		} finally {
			if (command.transaction === 'open') {
				command.transaction = 'none';
				command.checkedAnswer = undefined;
			}
		}
	}

	async #commit<T>(call: CallContext, work: (t: Transaction<never>) => Promise<T> | T): Promise<T> {
		const command = call.command as NonNullable<CallContext['command']>;
		const running = this.#running.get(call);
		const once = running && this.#onceFor<T>(call, running);
		const outcome = await this.#unit.transaction(call, once, work);
		command.transaction = 'committed';
		if ('result' in outcome) {
			command.result = outcome.result;
			return outcome.result;
		}
		(running as Running).recorded = outcome.recorded;
		// Unwinds the handler; what it throws or returns from here on no longer matters.
		throw new FlotillaError('FLOTILLA_CANCELLED', 'The command has been answered before.');
	}

	#onceFor<T>(call: CallContext, { key, inputDigest, expiresAtMs }: Running): Once<T> {
		const record = async (result: T): Promise<OnceRecord> => {
			const { output } = call.operation;
			if (output === undefined) return { inputDigest, outcome: 'answer', value: undefined };
			const checked = await output.check(result);
			if (checked.issues !== undefined) {
				const subject = `The output of ${call.operation.address}`;
				throw invalid('FLOTILLA_OUTPUT_INVALID', subject, checked.issues);
			}
			if (call.command !== undefined) call.command.checkedAnswer = { value: checked.value };
			return { inputDigest, outcome: 'answer', value: checkedLength(call, result) };
		};
		return { key, record, expiresAtMs };
	}

	async #answerOnce(handler: AnyHandler, input: never, call: CallContext): Promise<unknown> {
		const { clock, crypto, random } = this.#host;
		const nowMs = clock.wallMs();
		const key = call.idempotencyKey ?? uuidV7(clock, random);
		const expiresAtMs = keptUntilMs(key, nowMs, call.operation);
		const once = commandKey(call, key);
		const id = `${once.scope} ${once.key}`;
		const inputDigest = digestOf(call.input, crypto);
		for (;;) {
			const leader = this.#underWay.get(id);
			if (leader === undefined) break;
			refuseOtherInput(call, key, leader.inputDigest, inputDigest);
			try {
				return await leader.answer;
			} catch (error) {
				// The one before was given up by its caller; this one was not.
				const givenUp = isFlotillaError(error) && error.code === 'FLOTILLA_CANCELLED';
				const late = isFlotillaError(error) && error.code === 'FLOTILLA_DEADLINE_EXCEEDED';
				if (!(givenUp || late) || call.cancellation.reason !== undefined) throw error;
			}
		}
		const running: Running = { key: once, inputDigest, expiresAtMs, recorded: undefined };
		const answer = this.#lead(handler, input, call, running);
		this.#underWay.set(id, { inputDigest, answer });
		try {
			return await answer;
		} finally {
			this.#underWay.delete(id);
		}
	}

	async #lead(
		handler: AnyHandler,
		input: never,
		call: CallContext,
		running: Running,
	): Promise<unknown> {
		// A key that was made just now cannot have been used.
		if (call.idempotencyKey !== undefined) {
			const recorded = await this.#unit.find(running.key);
			if (recorded !== undefined) return replay(call, running, recorded);
		}
		this.#running.set(call, running);
		let result: unknown;
		try {
			result = await handler(input, call as never);
		} catch (error) {
			if (running.recorded !== undefined) return replay(call, running, running.recorded);
			await this.#recordRefusal(call, running, error);
			throw error;
		}
		if (running.recorded !== undefined) return replay(call, running, running.recorded);
		if (call.command?.transaction === 'committed') return sameAnswer(call, result);
		return this.#recordAnswer(call, running, result);
	}

	/** A command without a transaction: its answer is recorded in one of its own. */
	async #recordAnswer(call: CallContext, running: Running, result: unknown): Promise<unknown> {
		const once = this.#onceFor<unknown>(call, running);
		const outcome = await this.#unit.transaction(call, once, () => result);
		if ('recorded' in outcome) return replay(call, running, outcome.recorded);
		return result;
	}

	/** A declared error is an answer too. What had been written was rolled back with its transaction. */
	async #recordRefusal(call: CallContext, running: Running, error: unknown): Promise<void> {
		if (!isDeclaredError(error) || error.operation !== call.operation.address) return;
		if (call.command?.transaction === 'committed') return;
		const failure = failureOf(call, error);
		if (!isDeclaredError(failure)) throw failure;
		const { key, inputDigest, expiresAtMs } = running;
		const record = (): OnceRecord => ({ inputDigest, outcome: error.code, value: error.data });
		const outcome = await this.#unit.transaction(call, { key, record, expiresAtMs }, () => {});
		if ('recorded' in outcome) replay(call, running, outcome.recorded);
	}
}

/** Answers what was recorded. */
function replay(call: CallContext, running: Running, recorded: OnceRecord): unknown {
	refuseOtherInput(call, running.key.key, recorded.inputDigest, running.inputDigest);
	if (call.command !== undefined) call.command.checkedAnswer = undefined;
	if (recorded.outcome === 'answer') return recorded.value;
	throw new DeclaredError(call.operation.address, recorded.outcome, recorded.value);
}

function refuseOtherInput(call: CallContext, key: string, before: string, now: string): void {
	if (before === now) return;
	const { address } = call.operation;
	throw new FlotillaError(
		'FLOTILLA_IDEMPOTENCY_KEY_REUSED',
		`The idempotency key '${key}' was used before for another input of ${address}.`,
		{ details: { operation: address } },
	);
}

function sameAnswer(call: CallContext, result: unknown): unknown {
	const { command, operation } = call;
	if (operation.output === undefined || sameJson(result, command?.result)) return result;
	throw new FlotillaError(
		'FLOTILLA_TX_ANSWER',
		`${operation.address} answered with something else than its transaction returned.`,
		{ details: { operation: operation.address } },
	);
}

function checkedLength(call: CallContext, result: unknown): unknown {
	const length = JSON.stringify(result)?.length ?? 0;
	if (length <= limits.answerLength) return result;
	throw new FlotillaError(
		'FLOTILLA_OUTPUT_INVALID',
		`The answer of ${call.operation.address} has ${length} characters, more than ${limits.answerLength}.`,
		{ effect: 'none' },
	);
}
