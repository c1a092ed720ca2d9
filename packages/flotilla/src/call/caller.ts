import { Cancellation } from '../context/cancellation.ts';
import type { Context } from '../context/context.ts';
import { currentContext, runInContext } from '../context/current.ts';
import { Trace } from '../context/trace.ts';
import type { Operation } from '../contract/compile-operations.ts';
import { type DeclaredError, isDeclaredError } from '../contract/declared-error.ts';
import type { Checked, WireSchema } from '../contract/schema.ts';
import { wireForm } from '../contract/wire-form.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Host } from '../host/host.ts';
import { limits } from '../limits.ts';
import type { Activity, Telemetry } from '../telemetry/telemetry.ts';
import { CallContext, type InvokeOptions } from './call-context.ts';
import { Deadlines, type Expiring } from './deadlines.ts';
import { describe, effectSoFar, failureOf, invalid } from './failure.ts';
import {
	cancelledError,
	deadlineError,
	effectWhileRunning,
	notStartedError,
	stoppingError,
} from './given-up.ts';
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
	/** It runs in another process, and `run` asks there. */
	readonly isRemote: boolean;
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
	#remote: ((operation: Operation) => LocalOperation) | undefined;
	#underWay = 0;
	#streams = 0;
	/** Streaming results whose readers are outside: they may never end by themselves. */
	readonly #openOutside = new Set<StreamingResult>();
	#closing: Promise<void> | undefined;
	#idle: (() => void) | undefined;

	constructor(host: Host, telemetry: Telemetry) {
		this.#host = host;
		this.#telemetry = telemetry;
		this.#deadlines = new Deadlines(host.clock);
	}

	/** Makes an operation callable. */
	register(local: LocalOperation): void {
		this.#register(local, false);
	}

	/** From now on, what does not run here is called as `remote` says. */
	callElsewhere(remote: (operation: Operation) => LocalOperation): void {
		this.#remote = remote;
	}

	/** An operation that runs in this process. */
	localOperation(address: string): Operation | undefined {
		const target = this.#operations.get(address);
		return target === undefined || target.isRemote ? undefined : target.operation;
	}

	#register(local: LocalOperation, isRemote: boolean): Registered {
		const { operation } = local;
		const activity = this.#telemetry.activity({
			name: operation.address,
			kind: isRemote ? 'client' : 'server',
			metric: isRemote ? 'rpc_client_call_duration_seconds' : 'rpc_server_call_duration_seconds',
			help: isRemote
				? 'Duration of calls to operations that run elsewhere.'
				: 'Duration of calls to operations.',
			labels: {
				rpc_service: `${operation.service}@${operation.version}`,
				rpc_method: operation.name,
			},
			message: 'call',
		});
		const registered = { ...local, activity, isRemote };
		this.#operations.set(operation.address, registered);
		return registered;
	}

	#targetOf(operation: Operation): Registered | undefined {
		const known = this.#operations.get(operation.address);
		if (known !== undefined || this.#remote === undefined) return known;
		return this.#register(this.#remote(operation), true);
	}

	/** Calls an operation that answers once. */
	invoke(operation: Operation, input: unknown, options?: InvokeOptions): Promise<unknown> {
		const parent = currentContext();
		const target = this.#targetOf(operation);
		const startMs = this.#host.clock.monotonicMs();
		const opened =
			this.#refusal(operation, target, parent, this.#underWay, limits.callsUnderWay) ??
			this.#open(target as Registered, parent, input, startMs, options);
		if (opened instanceof FlotillaError) {
			this.#refused(target, parent, startMs, options, opened);
			return Promise.reject(opened);
		}
		this.#underWay++;
		return new Promise((resolve, reject) => {
			const pending = new PendingCall(this, target as Registered, opened, startMs, resolve, reject);
			pending.begin();
		});
	}

	/** Calls an operation that answers with a streaming result. */
	stream(operation: Operation, input: unknown, options?: InvokeOptions): AsyncIterable<unknown> {
		const parent = currentContext();
		return { [Symbol.asyncIterator]: () => this.#openStream(operation, parent, input, options) };
	}

	#openStream(
		operation: Operation,
		parent: Context | undefined,
		input: unknown,
		options: InvokeOptions | undefined,
	): StreamingResult {
		const target = this.#targetOf(operation);
		const startMs = this.#host.clock.monotonicMs();
		const opened =
			this.#refusal(operation, target, parent, this.#streams, limits.streamsOpen) ??
			this.#open(target as Registered, parent, input, startMs, options);
		if (opened instanceof FlotillaError) {
			this.#refused(target, parent, startMs, options, opened);
			throw opened;
		}
		this.#streams++;
		const result = new StreamingResult({
			call: opened.call,
			wire: opened.wire,
			deadlines: this.#deadlines,
			run: (target as Registered).run,
			ended: (error) => {
				this.#streams--;
				this.#openOutside.delete(result);
				this.#ended(target as Registered, opened, startMs, error);
			},
		});
		if (parent === undefined) this.#openOutside.add(result);
		return result;
	}

	/**
	 * Refuses new calls, ends the streaming results of readers outside, and resolves when the calls
	 * under way have ended. What has not after `drainMs` is given up.
	 */
	close(drainMs: number): Promise<void> {
		this.#closing ??= this.#drain(drainMs);
		return this.#closing;
	}

	async #drain(drainMs: number): Promise<void> {
		for (const stream of [...this.#openOutside]) stream.expire('closing');
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
		if (target === undefined || (this.#closing !== undefined && parent === undefined)) {
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
		if (given !== undefined) return notStartedError(operation, given);
		if (!(deadlineMs > startMs)) return deadlineError(operation);
		const handed = options?.cancellation && {
			cancellation: options.cancellation,
			release: nothing,
		};
		const followed = handed ?? (options?.signal && Cancellation.follow(options.signal));
		if (followed?.cancellation.reason !== undefined) {
			return notStartedError(operation, followed.cancellation.reason);
		}
		const cancellation = followed?.cancellation ?? new Cancellation();
		const call = new CallContext({
			operation,
			trace: this.#traceOf(parent, options),
			deadlineMs,
			parent,
			principal: options?.principal ?? parent?.principal,
			cancellation,
			peer: options?.remote?.peer,
			depth: parent instanceof CallContext ? parent.depth + 1 : (options?.remote?.depth ?? 0),
			input,
			idempotencyKey: options?.idempotencyKey,
			clock: this.#host.clock,
			logger: target.logger,
		});
		const wire = options?.wire ?? false;
		if (parent === undefined) return { call, wire, release: followed?.release };
		const listener = (reason: FlotillaError): void => cancellation.cancel(reason);
		parent.cancellation.subscribe(listener);
		const release = (): void => {
			followed?.release();
			parent.cancellation.unsubscribe(listener);
		};
		return { call, wire, release };
	}

	get deadlines(): Deadlines {
		return this.#deadlines;
	}

	/** Called by a call that has been answered, with why when it went wrong. */
	finished(target: Registered, opened: OpenedCall, startMs: number, error: unknown): void {
		this.#underWay--;
		this.#ended(target, opened, startMs, error);
	}

	#ended(target: Registered, { call, release }: OpenedCall, startMs: number, error: unknown): void {
		release?.();
		if (call.command !== undefined) call.command.isAnswered = true;
		if (error === undefined) target.activity.ended(call.trace, startMs, 'ok');
		else this.#failed(target, call, startMs, error as DeclaredError | FlotillaError);
		this.#signalIdle();
	}

	#failed(
		target: Registered,
		call: CallContext,
		startMs: number,
		error: DeclaredError | FlotillaError,
	): void {
		if (error.effect === 'none') call.tookNoEffect();
		const { code, message, effect, cause } = error;
		const bug = code === 'FLOTILLA_HANDLER_FAILED' || code === 'FLOTILLA_OUTPUT_INVALID';
		const fields: Record<string, unknown> = { effect, error: message };
		if (bug && cause !== undefined) fields.stack = describe(cause);
		const level = isDeclaredError(error) ? 'info' : bug ? 'error' : 'warn';
		target.activity.ended(call.trace, startMs, code, fields, level);
	}

	/** Counted and traced like any call; logged only in detail, because an overload brings many. */
	#refused(
		target: Registered | undefined,
		parent: Context | undefined,
		startMs: number,
		options: InvokeOptions | undefined,
		{ code, message, effect }: FlotillaError,
	): void {
		const trace = this.#traceOf(parent, options);
		target?.activity.ended(trace, startMs, code, { effect, error: message }, 'debug');
	}

	#traceOf(parent: Context | undefined, options: InvokeOptions | undefined): Trace {
		const cause = options?.trace ?? parent?.trace;
		return cause === undefined ? Trace.root(this.#host.random) : cause.child(this.#host.random);
	}

	#signalIdle(): void {
		if (this.#underWay + this.#streams === 0) this.#idle?.();
	}
}

function nothing(): void {}

interface OpenedCall {
	readonly call: CallContext;
	/** The answer is wanted in wire form. */
	readonly wire: boolean;
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
		if (release !== undefined) {
			call.cancellation.subscribe((reason) => this.#fail(cancelledError(call, reason)));
		}
		const { input } = this.#target.operation;
		if (input === undefined) this.#run(undefined);
		else this.#check(input, call.input, (checked) => this.#afterInput(checked));
	}

	/** Whatever a validator does, its call is answered: it may throw, now or later. */
	#check(schema: WireSchema, value: unknown, use: (checked: Checked) => void): void {
		try {
			const checked = schema.check(value);
			if (checked instanceof Promise) {
				checked.then(use).catch((error: unknown) => this.#failed(error));
			} else use(checked);
		} catch (error) {
			this.#failed(error);
		}
	}

	expire(why: 'deadline' | 'closing'): void {
		const { call } = this.#opened;
		const giveUp = why === 'deadline' ? deadlineError : stoppingError;
		const error = giveUp(call.operation, effectWhileRunning(call));
		this.#fail(error);
		call.cancellation.cancel(error);
	}

	#afterInput(checked: Checked): void {
		if (checked.issues === undefined) this.#run(checked.value);
		else {
			const { operation } = this.#target;
			this.#fail(invalid('FLOTILLA_INPUT_INVALID', operation, 'The input', checked.issues));
		}
	}

	#run(input: unknown): void {
		if (this.#answered) return;
		const { call } = this.#opened;
		try {
			const result = runInContext(call, this.#target.run, input as never, call as never);
			if (isThenable(result)) {
				result.then(
					(value) => this.#afterRun(value),
					(error: unknown) => this.#failed(error),
				);
			} else this.#afterRun(result);
		} catch (error) {
			this.#failed(error);
		}
	}

	#afterRun(result: unknown): void {
		if (this.#answered) return;
		const { output } = this.#target.operation;
		const { command } = this.#opened.call;
		if (output === undefined) this.#answer(undefined);
		else if (command?.checkedAnswer !== undefined)
			this.#afterOutput(output, result, command.checkedAnswer);
		else this.#check(output, result, (checked) => this.#afterOutput(output, result, checked));
	}

	#afterOutput(output: WireSchema, result: unknown, checked: Checked): void {
		const { call, wire } = this.#opened;
		if (checked.issues === undefined) {
			this.#answer(wire ? wireForm(output, result, checked.value) : checked.value);
			return;
		}
		const effect = effectSoFar(call, undefined);
		const { issues } = checked;
		this.#fail(invalid('FLOTILLA_OUTPUT_INVALID', call.operation, 'The output', issues, effect));
	}

	#failed(thrown: unknown): void {
		if (!this.#answered) this.#fail(failureOf(this.#opened.call, thrown));
	}

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

function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
