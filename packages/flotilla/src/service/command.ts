import type { CallContext } from '../call/call-context.ts';
import { failureOf, invalid } from '../call/failure.ts';
import { uuidV7 } from '../context/identifiers.ts';
import { DeclaredError, isDeclaredError } from '../contract/declared-error.ts';
import { wireForm } from '../contract/wire-form.ts';
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
	readonly call: CallContext;
	readonly inputDigest: string;
	readonly answer: Promise<unknown>;
}

/** What `tx` needs to know of the command that runs it. */
interface Running {
	/** As the caller gave it, or as it was made. */
	readonly idempotencyKey: string;
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
				? handled(handler, input, call)
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
			throw new FlotillaError('FLOTILLA_TX_SECOND', message, {
				effect,
				details: { operation: operation.address },
			});
		}
		const stopped = call.cancellation.reason;
		if (stopped !== undefined) {
			const message = `${operation.address} was given up before its transaction began.`;
			throw new FlotillaError(stopped.code, message, { effect: 'none', cause: stopped });
		}
		command.transaction = 'open';
		try {
			return await this.#commit(call, work);
		} catch (error) {
			// Lost while it committed: it may have, so it stays open.
			const lost = isFlotillaError(error) && error.effect === 'unknown';
			if (command.transaction === 'open' && !lost) {
				command.transaction = 'none';
				command.checkedAnswer = undefined;
			}
			throw error;
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
				throw invalid('FLOTILLA_OUTPUT_INVALID', call.operation, 'The output', checked.issues);
			}
			if (call.command !== undefined) call.command.checkedAnswer = { value: checked.value };
			const value = checkedLength(call, wireForm(output, result, checked.value));
			return { inputDigest, outcome: 'answer', value };
		};
		return { key, record, expiresAtMs };
	}

	async #answerOnce(handler: AnyHandler, input: never, call: CallContext): Promise<unknown> {
		const { clock, crypto, random } = this.#host;
		const nowMs = clock.wallMs();
		const key = call.idempotencyKey ?? uuidV7(clock, random);
		const expiresAtMs = keptUntilMs(key, nowMs, call.operation);
		const once = commandKey(call, key, crypto);
		const id = `${once.scope} ${once.key}`;
		const inputDigest = digestOf(call.input, key, crypto);
		for (;;) {
			const leader = this.#underWay.get(id);
			if (leader === undefined || isGivenUp(leader.call)) break;
			refuseOtherInput(call, key, leader.inputDigest, inputDigest);
			try {
				return await answerOf(leader, call);
			} catch (error) {
				// The one before was given up by its caller; if this one was not, it takes over.
				if (!isGivenUp(leader.call) || isGivenUp(call)) throw error;
			}
		}
		const running: Running = {
			idempotencyKey: key,
			key: once,
			inputDigest,
			expiresAtMs,
			recorded: undefined,
		};
		const answer = this.#lead(handler, input, call, running);
		const underWay = { call, inputDigest, answer };
		this.#underWay.set(id, underWay);
		try {
			return await answer;
		} finally {
			if (this.#underWay.get(id) === underWay) this.#underWay.delete(id);
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
			const recorded = await this.#unit.find(running.key, call);
			if (recorded !== undefined) return replay(call, running, recorded);
		}
		this.#running.set(call, running);
		let result: unknown;
		try {
			result = await handled(handler, input, call);
		} catch (error) {
			if (running.recorded !== undefined) return replay(call, running, running.recorded);
			return this.#recordRefusal(call, running, error);
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

	/**
	 * A declared error is an answer too. What had been written was rolled back with its transaction.
	 * Throws the error, or answers what somebody else has recorded meanwhile.
	 */
	async #recordRefusal(call: CallContext, running: Running, error: unknown): Promise<unknown> {
		if (!isDeclaredError(error) || error.operation !== call.operation.address) throw error;
		const failure = failureOf(call, error);
		if (!isDeclaredError(failure)) throw failure;
		const { key, inputDigest, expiresAtMs } = running;
		const value = checkedLength(call, error.data);
		// Made of a function, so that what somebody else has recorded is found and not just noticed.
		const record = (): OnceRecord => ({ inputDigest, outcome: error.code, value });
		const outcome = await this.#unit.transaction(call, { key, record, expiresAtMs }, () => {});
		if ('recorded' in outcome) return replay(call, running, outcome.recorded);
		throw error;
	}
}

/** Runs the handler. Its answer must not contradict what its transaction did. */
async function handled(handler: AnyHandler, input: never, call: CallContext): Promise<unknown> {
	const { command, operation } = call;
	let problem: string;
	try {
		const result = await handler(input, call as never);
		if (command?.transaction !== 'open') return result;
		problem = 'answered without knowing how its transaction ended';
	} catch (error) {
		const isAnswer = isDeclaredError(error) && error.operation === operation.address;
		if (!isAnswer || command?.transaction === 'none') throw error;
		problem = `answered '${error.code}' although its transaction had not failed`;
	}
	throw new FlotillaError('FLOTILLA_TX_ANSWER', `${operation.address} ${problem}.`, {
		effect: command?.transaction === 'committed' ? 'done' : 'unknown',
		details: { operation: operation.address },
	});
}

function isGivenUp(call: CallContext): boolean {
	return call.cancellation.reason !== undefined;
}

/** What the one before answers, or its end when it is given up: what it still does may take for ever. */
async function answerOf({ call: leader, answer }: UnderWay, call: CallContext): Promise<unknown> {
	let giveUp: ((reason: FlotillaError) => void) | undefined;
	const givenUp = new Promise<never>((_, reject) => {
		giveUp = reject;
		leader.cancellation.subscribe(reject);
	});
	try {
		return await Promise.race([answer, givenUp]);
	} finally {
		if (giveUp !== undefined) leader.cancellation.unsubscribe(giveUp);
		// Whatever is wrong with the answer, the effect is that of the one who ran.
		if (!isGivenUp(leader) && call.command !== undefined && leader.command !== undefined) {
			call.command.transaction = leader.command.transaction;
			call.command.effectsElsewhere += leader.command.effectsElsewhere;
		}
	}
}

/** Answers what was recorded. */
function replay(call: CallContext, running: Running, recorded: OnceRecord): unknown {
	refuseOtherInput(call, running.idempotencyKey, recorded.inputDigest, running.inputDigest);
	const isAnswer = recorded.outcome === 'answer';
	if (call.command !== undefined) {
		call.command.checkedAnswer = undefined;
		call.command.transaction = isAnswer ? 'committed' : 'none';
	}
	if (isAnswer) return recorded.value;
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
		{ effect: 'none', details: { operation: call.operation.address } },
	);
}
