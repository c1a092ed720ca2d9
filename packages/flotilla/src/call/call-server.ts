import { Cancellation } from '../context/cancellation.ts';
import { Trace } from '../context/trace.ts';
import type { Operation } from '../contract/compile-operations.ts';
import { isDeclaredError } from '../contract/declared-error.ts';
import { type ErrorCode, errorTable } from '../errors/error-table.ts';
import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { Request } from '../fabric/messages.ts';
import type { Asked } from '../fabric/server-connection.ts';
import type { InvokeOptions } from './call-context.ts';
import type { Caller } from './caller.ts';
import { ItemFlow } from './item-flow.ts';

type RemoteOptions = InvokeOptions & { readonly cancellation: Cancellation };

/** Runs what other instances ask for. */
export class CallServer {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	/** Answers a call; whatever happens, it is answered once. */
	call(request: Request, asked: Asked): void {
		const operation = this.#caller.localOperation(request.to);
		if (operation === undefined) {
			const message = `${request.to} is not running here, or is stopping.`;
			asked.error(new FlotillaError('FLOTILLA_UNAVAILABLE', message));
			return;
		}
		const cancellation = new Cancellation();
		asked.onCancel = (code) => cancellation.cancel(givenUp(operation, code));
		const options = optionsOf(request, cancellation);
		if (operation.streaming) void this.#stream(operation, request, options, asked);
		else void this.#answer(operation, request, options, asked);
	}

	async #answer(
		operation: Operation,
		{ input }: Request,
		options: InvokeOptions,
		asked: Asked,
	): Promise<void> {
		try {
			const answer = await this.#caller.invoke(operation, input, options);
			asked.reply(answer === undefined ? '' : JSON.stringify(answer));
		} catch (error) {
			refuse(operation, error, asked);
		}
	}

	async #stream(
		operation: Operation,
		{ input, credit = 1 }: Request,
		options: RemoteOptions,
		asked: Asked,
	): Promise<void> {
		const flow = new ItemFlow(asked, options.cancellation, credit);
		try {
			const items = this.#caller.stream(operation, input, options)[Symbol.asyncIterator]();
			asked.onCancel = (code) => {
				// Who has read enough leaves, which is an end and no failure, as within one process.
				if (code === 'FLOTILLA_CANCELLED') void items.return?.();
				else options.cancellation.cancel(givenUp(operation, code));
			};
			for await (const item of { [Symbol.asyncIterator]: () => items }) {
				// When it is not, the next item is why.
				if (await flow.permit()) asked.item(JSON.stringify(item));
			}
			asked.end();
		} catch (error) {
			refuse(operation, error, asked);
		}
	}
}

function optionsOf(request: Request, cancellation: Cancellation): RemoteOptions {
	const { timeoutMs, principal, traceparent, tracestate, idempotencyKey, from, depth } = request;
	return {
		timeoutMs,
		principal,
		trace: Trace.parse(traceparent, tracestate),
		idempotencyKey,
		cancellation,
		remote: { peer: from, depth },
		wire: true,
	};
}

function givenUp({ address }: Operation, code: string): FlotillaError {
	const known = Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'FLOTILLA_CANCELLED';
	return new FlotillaError(known, `The caller of ${address} does not wait any more.`);
}

/** Answers with an error, also when that is what is too large. */
function refuse(operation: Operation, error: unknown, asked: Asked): void {
	try {
		if (isDeclaredError(error)) asked.declaredError(error.code, error.data);
		else asked.error(platformError(operation, error));
	} catch (tooLarge) {
		asked.error(platformError(operation, tooLarge));
	}
}

function platformError({ address, kind }: Operation, error: unknown): FlotillaError {
	if (!isFlotillaError(error)) {
		const details = { operation: address };
		return new FlotillaError('FLOTILLA_HANDLER_FAILED', `${address} failed.`, {
			effect: 'unknown',
			details,
			cause: error,
		});
	}
	if (error.code !== 'FLOTILLA_BODY_TOO_LARGE' || kind === 'query') return error;
	// It ran; only its answer is too long to be sent.
	const message = `The answer of ${address} is too long to be sent.`;
	return new FlotillaError(error.code, message, { effect: 'done', cause: error });
}
