import { uuidV7 } from '../context/identifiers.ts';
import type { Operation } from '../contract/compile-operations.ts';
import { DeclaredError } from '../contract/declared-error.ts';
import type { Instances } from '../discovery/instances.ts';
import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { ClientConnection } from '../fabric/client-connection.ts';
import { type FrameKind, frameKind, malformed, parseBody } from '../fabric/frame.ts';
import {
	bareMessage,
	decodeDeclaredError,
	decodeError,
	encodeRequest,
	type Request,
} from '../fabric/messages.ts';
import type { Host } from '../host/host.ts';
import { limits } from '../limits.ts';
import type { CallContext } from './call-context.ts';
import { RemoteItems } from './remote-items.ts';
import { mayTryAgain, waitCeilingMs } from './retry.ts';

const retryFirstMs = 10;

/** What stands for the handler of an operation that runs elsewhere. */
export class RemoteCalls {
	readonly #host: Host;
	readonly #instances: Instances;

	constructor(host: Host, instances: Instances) {
		this.#host = host;
		this.#instances = instances;
	}

	/**
	 * What runs in the place of the handler: asks an instance of the service, and another one when that
	 * may be done. The caller's side of the pipeline around it is the same as for a local call.
	 */
	handlerOf(operation: Operation): (input: never, call: never) => unknown {
		if (operation.streaming) return (_input, call) => this.#stream(operation, call);
		return (_input, call) => this.#call(operation, call);
	}

	async #call(operation: Operation, call: CallContext): Promise<unknown> {
		const request = this.#requestOf(operation, call, undefined);
		const { command } = call;
		const answer = await this.#untilAnswered(operation, call, (connection) => {
			if (command !== undefined) command.transaction = 'open';
			return ask(connection, request(), operation, call);
		});
		if (command !== undefined) command.transaction = 'committed';
		return answer;
	}

	async *#stream(operation: Operation, call: CallContext): AsyncGenerator<unknown> {
		const request = this.#requestOf(operation, call, limits.streamItemsAhead);
		const items = await this.#untilAnswered(operation, call, async (connection) => {
			const opened = new RemoteItems(connection, encodeRequest(request()), call, (kind, body) =>
				errorOf(operation, kind, body),
			);
			// Only what fails before the first item may be tried elsewhere.
			await opened.begun;
			return opened;
		});
		yield* items;
	}

	async #untilAnswered<T>(
		operation: Operation,
		call: CallContext,
		attempt: (connection: ClientConnection) => Promise<T>,
	): Promise<T> {
		const service = `${operation.service}@${operation.version}`;
		let last: ClientConnection | undefined;
		/** Of an earlier try nobody knows what it did. */
		let isUnsure = false;
		for (let tries = 1; ; tries++) {
			try {
				last = await this.#instances.choose(service, last);
				// Connecting may have taken longer than anybody waits.
				const given = call.cancellation.reason;
				if (given !== undefined) throw given;
				return await attempt(last);
			} catch (error) {
				const waitMs = this.#waitMs(tries);
				const failed = {
					...{ tries, triesMax: limits.callAttempts, waitMs, isAnswered: false },
					remainingMs: call.cancellation.reason === undefined ? call.remainingMs : 0,
				};
				const again =
					isFlotillaError(error) &&
					mayTryAgain({ ...failed, code: error.code, isFromBelow: isFromBelow(operation, error) });
				if (!again) throw settled(operation, call, error, isUnsure);
				isUnsure ||= error.effect !== 'none';
				await this.#pause(call, waitMs);
			}
		}
	}

	#waitMs(tries: number): number {
		const ceilingMs = waitCeilingMs(tries, retryFirstMs, limits.callRetryMaxMs);
		return ceilingMs * (0.5 + this.#host.random.next() / 2);
	}

	#pause(call: CallContext, waitMs: number): Promise<void> {
		return new Promise((resolve) => {
			const go = (): void => {
				timer.cancel();
				call.cancellation.unsubscribe(go);
				resolve();
			};
			const timer = this.#host.clock.setTimer(waitMs, go);
			call.cancellation.subscribe(go);
		});
	}

	/** The request of a try. The idempotency key is that of the call, the time left that of the try. */
	#requestOf(operation: Operation, call: CallContext, credit: number | undefined): () => Request {
		const { clock, random } = this.#host;
		const isRecorded = operation.kind === 'command' && !operation.idempotent;
		const idempotencyKey = call.idempotencyKey ?? (isRecorded ? uuidV7(clock, random) : undefined);
		return () => ({
			to: operation.address,
			timeoutMs: Number.isFinite(call.remainingMs) ? call.remainingMs : undefined,
			traceparent: call.trace.traceparent,
			tracestate: call.trace.state,
			principal: call.principal,
			from: call.peer,
			depth: call.depth,
			idempotencyKey,
			credit,
			input: call.input,
		});
	}
}

/** Asks once. Rejects with what the callee answered, or `FLOTILLA_CONNECTION_LOST`. */
function ask(
	connection: ClientConnection,
	request: Request,
	operation: Operation,
	call: CallContext,
): Promise<unknown> {
	return new Promise((resolve, reject) => {
		const giveUp = (reason: FlotillaError): void => {
			connection.cancel(number, reason.code);
			reject(reason);
		};
		const settle = (): void => call.cancellation.unsubscribe(giveUp);
		const number = connection.ask(frameKind.request, encodeRequest(request), {
			frame: (kind, body) => {
				if (kind === frameKind.reply) resolve(body === '' ? undefined : parseBody(body));
				else reject(errorOf(operation, kind, body));
				settle();
			},
			lost: () => {
				settle();
				reject(lostError(operation));
			},
		});
		call.cancellation.subscribe(giveUp);
	});
}

/**
 * The error that a frame brings: a declared one, or one of the platform that says what it was for.
 *
 * @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED`
 */
function errorOf(operation: Operation, kind: FrameKind, body: string): Error {
	if (kind === frameKind.declaredError) {
		const { code, data } = decodeDeclaredError(body);
		return new DeclaredError(operation.address, code, data);
	}
	if (kind !== frameKind.error) throw malformed(`its kind is ${kind}, which is no answer`);
	return decodeError(body);
}

/** An error names the operation that it is about: another one was called by this one. */
function isFromBelow({ address }: Operation, { details }: FlotillaError): boolean {
	return details.operation !== undefined && details.operation !== address;
}

function lostError({ address, kind }: Operation): FlotillaError {
	const message = `The connection was lost before ${address} was answered.`;
	const effect = kind === 'query' ? 'none' : 'unknown';
	return new FlotillaError('FLOTILLA_CONNECTION_LOST', message, { effect });
}

/** What is known when nothing is tried any more: an error that the pipeline hands on as it is. */
function settled(
	{ address }: Operation,
	{ command }: CallContext,
	error: unknown,
	isUnsure: boolean,
): unknown {
	const isKnown = isFlotillaError(error);
	const effect = isKnown
		? isUnsure && error.effect === 'none'
			? 'unknown'
			: error.effect
		: 'none';
	if (command !== undefined) command.transaction = transactionAfter[effect];
	if (!isKnown || (error.details.operation === address && error.effect === effect)) return error;
	const details = { ...error.details, operation: address };
	return new FlotillaError(error.code, bareMessage(error), { effect, details, cause: error });
}

const transactionAfter = { none: 'none', unknown: 'open', done: 'committed' } as const;
