import { Cancellation } from '../context/cancellation.ts';
import type { Context } from '../context/context.ts';
import { currentContext, runInContext } from '../context/current.ts';
import { Trace } from '../context/trace.ts';
import type { Operation } from '../contract/compile-operations.ts';
import { isDeclaredError } from '../contract/declared-error.ts';
import type { Checked } from '../contract/schema.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Host } from '../host/host.ts';
import { limits } from '../limits.ts';
import type { Activity, Telemetry } from '../telemetry/telemetry.ts';
import { CallContext, type InvokeOptions } from './call-context.ts';
import { Deadlines, type Expiring } from './deadlines.ts';
import { effectSoFar, failureOf, invalid } from './failure.ts';
import type { Logger } from './logger.ts';
import { StreamingResult } from './streaming-result.ts';

/** An operation that this process can run. */
export interface LocalOperation {
	readonly operation: Operation;
	/** The handler with all that belongs around it, such as the once table of a command. */
	readonly run: (input: never, call: never) => unknown;
	readonly logger: Logger;
}

interface Registered extends LocalOperation {
	readonly activity: Activity;
}

/**
 * The one way in which operations are called: validation, copies instead of shared objects, context,
 * deadline, cancellation and telemetry are the same for every call, wherever its callee runs.
 */
export class Caller {
	readonly #host: Host;
	readonly #telemetry: Telemetry;
	readonly #deadlines: Deadlines;
	readonly #operations = new Map<string, Registered>();
	#underWay = 0;
	#streams = 0;
	#closed = false;
	#idle: (() => void) | undefined;

	constructor(host: Host, telemetry: Telemetry) {
		this.#host = host;
		this.#telemetry = telemetry;
		this.#deadlines = new Deadlines(host.clock);
	}

	/** Makes an operation callable. */
	register(local: LocalOperation): void {
		const { operation } = local;
		const activity = this.#telemetry.activity({
			name: operation.address,
			kind: 'server',
			metric: 'rpc_server_call_duration_seconds',
			help: 'Duration of calls to operations.',
			labels: {
				rpc_service: `${operation.service}@${operation.version}`,
				rpc_method: operation.name,
			},
			message: 'call',
		});
		this.#operations.set(operation.address, { ...local, activity });
	}

	/** Calls an operation that answers once. */
	invoke(operation: Operation, input: unknown, options?: InvokeOptions): Promise<unknown> {
		const parent = currentContext();
		const target = this.#operations.get(operation.address);
		const startMs = this.#host.clock.monotonicMs();
		const refusal = this.#refusal(operation, target, parent, this.#underWay, limits.callsUnderWay);
		if (refusal !== undefined) return Promise.reject(refusal);
		const opened = this.#open(target as Registered, parent, input, startMs, options);
		if (opened instanceof FlotillaError) return Promise.reject(opened);
		this.#underWay++;
		return new Promise((resolve, reject) => {
			const pending = new PendingCall(this, target as Registered, opened, startMs, resolve, reject);
			pending.begin();
		});
	}

	/** Calls an operation that answers with a streaming result. */
	stream(operation: Operation, input: unknown, options?: InvokeOptions): AsyncIterable<unknown> {
		const parent = currentContext();
		return {
			[Symbol.asyncIterator]: () => {
				const target = this.#operations.get(operation.address);
				const refusal = this.#refusal(operation, target, parent, this.#streams, limits.streamsOpen);
				if (refusal !== undefined) throw refusal;
				const startMs = this.#host.clock.monotonicMs();
				const opened = this.#open(target as Registered, parent, input, startMs, options);
				if (opened instanceof FlotillaError) throw opened;
				const { call, release } = opened;
				this.#streams++;
				return new StreamingResult({
					call,
					deadlines: this.#deadlines,
					run: (target as Registered).run,
					ended: (outcome) => {
						this.#streams--;
						release?.();
						const durationMs = this.#host.clock.monotonicMs() - startMs;
						(target as Registered).activity.ended(call.trace, durationMs, outcome);
						this.#signalIdle();
					},
				});
			},
		};
	}

	/** Refuses new calls and resolves when those under way have ended, or after `drainMs`. */
	async close(drainMs: number): Promise<void> {
		this.#closed = true;
		if (this.#underWay + this.#streams > 0) {
			await new Promise<void>((resolve) => {
				const timer = this.#host.clock.setTimer(drainMs, resolve);
				this.#idle = () => {
					timer.cancel();
					resolve();
				};
			});
		}
		this.#operations.clear();
		this.#deadlines.close();
	}

	#refusal(
		operation: Operation,
		target: Registered | undefined,
		parent: Context | undefined,
		present: number,
		limit: number,
	): FlotillaError | undefined {
		if (parent?.inTransaction) {
			const message = `${operation.address} was called inside a transaction.`;
			return new FlotillaError('FLOTILLA_CALL_IN_TX', message);
		}
		// While closing, what is under way may still call what it needs to end well.
		if (target === undefined || (this.#closed && parent === undefined)) {
			const message = `${operation.address} is not running here, or is stopping.`;
			return new FlotillaError('FLOTILLA_UNAVAILABLE', message);
		}
		if (present >= limit) {
			const message = `${operation.address} was refused: ${limit} calls are under way.`;
			return new FlotillaError('FLOTILLA_OVERLOADED', message);
		}
		if (parent instanceof CallContext && parent.depth >= limits.callDepth) {
			const message = `${operation.address} was refused: calls are nested ${limits.callDepth} deep.`;
			return new FlotillaError('FLOTILLA_OVERLOADED', message);
		}
		return undefined;
	}

	#open(
		target: Registered,
		parent: Context | undefined,
		input: unknown,
		startMs: number,
		options: InvokeOptions | undefined,
	): OpenedCall | FlotillaError {
		const { operation } = target;
		const ownMs = startMs + (options?.timeoutMs ?? operation.timeoutMs);
		const deadlineMs =
			parent !== undefined && parent.deadlineMs < ownMs ? parent.deadlineMs : ownMs;
		const given = parent?.cancellation.reason;
		if (given !== undefined) return stoppedBefore(operation, given);
		if (!(deadlineMs > startMs)) return stoppedBefore(operation, deadlineError(operation));
		const followed = options?.signal && Cancellation.follow(options.signal);
		if (followed?.cancellation.reason !== undefined) {
			return stoppedBefore(operation, followed.cancellation.reason);
		}
		const cancellation = followed?.cancellation ?? new Cancellation();
		const cause = options?.trace ?? parent?.trace;
		const call = new CallContext({
			operation,
			trace: cause === undefined ? Trace.root(this.#host.random) : cause.child(this.#host.random),
			deadlineMs,
			parent,
			principal: options?.principal ?? parent?.principal,
			cancellation,
			depth: parent instanceof CallContext ? parent.depth + 1 : 0,
			input,
			idempotencyKey: options?.idempotencyKey,
			clock: this.#host.clock,
			logger: target.logger,
		});
		if (parent === undefined) return { call, release: followed?.release };
		const listener = (reason: FlotillaError): void => cancellation.cancel(reason);
		parent.cancellation.subscribe(listener);
		const release = (): void => {
			followed?.release();
			parent.cancellation.unsubscribe(listener);
		};
		return { call, release };
	}

	get deadlines(): Deadlines {
		return this.#deadlines;
	}

	/** Called by a call that has been answered. */
	finished(
		target: Registered,
		{ call, release }: OpenedCall,
		startMs: number,
		error: unknown,
	): void {
		release?.();
		const durationMs = this.#host.clock.monotonicMs() - startMs;
		if (error === undefined) target.activity.ended(call.trace, durationMs, 'ok');
		else this.#failed(target, call, durationMs, error);
		this.#underWay--;
		this.#signalIdle();
	}

	#failed(target: Registered, call: CallContext, durationMs: number, error: unknown): void {
		const declared = isDeclaredError(error);
		const { code, message, effect, cause } = error as FlotillaError;
		const bug = code === 'FLOTILLA_HANDLER_FAILED' || code === 'FLOTILLA_OUTPUT_INVALID';
		const fields: Record<string, unknown> = { effect, error: message };
		if (bug && cause instanceof Error) fields.stack = cause.stack;
		const level = declared ? 'info' : bug ? 'error' : 'warn';
		target.activity.ended(call.trace, durationMs, code, fields, level);
	}

	#signalIdle(): void {
		if (this.#underWay + this.#streams === 0) this.#idle?.();
	}
}

interface OpenedCall {
	readonly call: CallContext;
	/** Lets go of the parent's cancellation and of the caller's signal. */
	readonly release: (() => void) | undefined;
}

/** A call between its start and the one moment at which its caller is answered. */
class PendingCall implements Expiring {
	readonly deadlineMs: number;
	slot = -1;
	after: Expiring | undefined = undefined;
	before: Expiring | undefined = undefined;
	readonly #caller: Caller;
	readonly #target: Registered;
	readonly #opened: OpenedCall;
	readonly #startMs: number;
	readonly #resolve: (value: unknown) => void;
	readonly #reject: (error: unknown) => void;
	#answered = false;

	constructor(
		caller: Caller,
		target: Registered,
		opened: OpenedCall,
		startMs: number,
		resolve: (value: unknown) => void,
		reject: (error: unknown) => void,
	) {
		this.#caller = caller;
		this.#target = target;
		this.#opened = opened;
		this.#startMs = startMs;
		this.#resolve = resolve;
		this.#reject = reject;
		this.deadlineMs = opened.call.deadlineMs;
	}

	begin(): void {
		const { call, release } = this.#opened;
		this.#caller.deadlines.add(this);
		// Only a call that something can cancel has a release.
		if (release !== undefined) call.cancellation.subscribe((reason) => this.#cancelled(reason));
		const { input } = this.#target.operation;
		if (input === undefined) this.#run(undefined);
		else whenChecked(input.check(call.input), this.#afterInput, this.#failed);
	}

	expire(): void {
		const { call } = this.#opened;
		const error = deadlineError(call.operation, effectWhileRunning(call));
		this.#fail(error);
		call.cancellation.cancel(error);
	}

	#cancelled(reason: FlotillaError): void {
		const { call } = this.#opened;
		const message = `${call.operation.address} was given up: ${reason.code}.`;
		const details = { operation: call.operation.address };
		const effect = effectWhileRunning(call);
		this.#fail(new FlotillaError(reason.code, message, { effect, details, cause: reason }));
	}

	readonly #afterInput = (checked: Checked): void => {
		if (checked.issues === undefined) this.#run(checked.value);
		else {
			const subject = `The input of ${this.#target.operation.address}`;
			this.#fail(invalid('FLOTILLA_INPUT_INVALID', subject, checked.issues));
		}
	};

	#run(input: unknown): void {
		if (this.#answered) return;
		const { call } = this.#opened;
		try {
			const result = runInContext(call, this.#target.run, input as never, call as never);
			if (isThenable(result)) result.then(this.#afterRun, this.#failed);
			else this.#afterRun(result);
		} catch (error) {
			this.#failed(error);
		}
	}

	readonly #afterRun = (result: unknown): void => {
		const { output } = this.#target.operation;
		const { command } = this.#opened.call;
		if (output === undefined) this.#answer(undefined);
		else if (command?.checkedAnswer !== undefined) this.#answer(command.checkedAnswer.value);
		else whenChecked(output.check(result), this.#afterOutput, this.#failed);
	};

	readonly #afterOutput = (checked: Checked): void => {
		if (checked.issues === undefined) this.#answer(checked.value);
		else {
			const { call } = this.#opened;
			const subject = `The output of ${call.operation.address}`;
			const effect = effectSoFar(call, undefined);
			this.#fail(invalid('FLOTILLA_OUTPUT_INVALID', subject, checked.issues, effect));
		}
	};

	readonly #failed = (thrown: unknown): void => {
		if (!this.#answered) this.#fail(failureOf(this.#opened.call, thrown));
	};

	#answer(value: unknown): void {
		if (this.#answered) return;
		this.#answered = true;
		this.#caller.deadlines.remove(this);
		this.#resolve(value);
		this.#caller.finished(this.#target, this.#opened, this.#startMs, undefined);
	}

	#fail(error: unknown): void {
		if (this.#answered) return;
		this.#answered = true;
		this.#caller.deadlines.remove(this);
		this.#reject(error);
		this.#caller.finished(this.#target, this.#opened, this.#startMs, error);
	}
}

/** What a call that nobody waits for any longer may have done, or may still do. */
function effectWhileRunning(call: CallContext): 'none' | 'unknown' | 'done' {
	if (call.command === undefined) return 'none';
	return call.command.transaction === 'committed' ? 'done' : 'unknown';
}

function deadlineError(
	operation: Operation,
	effect: 'none' | 'unknown' | 'done' = 'none',
): FlotillaError {
	const message = `${operation.address} was not answered before its deadline.`;
	const details = { operation: operation.address };
	return new FlotillaError('FLOTILLA_DEADLINE_EXCEEDED', message, { effect, details });
}

function stoppedBefore(operation: Operation, reason: FlotillaError): FlotillaError {
	const message = `${operation.address} was not started: its caller has been given up.`;
	return new FlotillaError(reason.code, message, { effect: 'none', cause: reason });
}

function whenChecked(
	checked: Checked | Promise<Checked>,
	use: (checked: Checked) => void,
	fail: (error: unknown) => void,
): void {
	if (checked instanceof Promise) checked.then(use).catch(fail);
	else use(checked);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
