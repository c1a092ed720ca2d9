import type { Operation } from '../contract/compile-operations.ts';
import { type Effect, FlotillaError } from '../errors/flotilla-error.ts';
import type { CallContext } from './call-context.ts';

/** What a call that nobody waits for any longer may have done, or may still do. */
export function effectWhileRunning({ command }: CallContext): Effect {
	if (command === undefined) return 'none';
	return command.transaction === 'committed' ? 'done' : 'unknown';
}

/** For a call whose time is over. */
export function deadlineError({ address }: Operation, effect: Effect = 'none'): FlotillaError {
	const message = `${address} was not answered before its deadline.`;
	const details = { operation: address };
	return new FlotillaError('FLOTILLA_DEADLINE_EXCEEDED', message, { effect, details });
}

/** For a call that is still under way when its process stops waiting for it. */
export function stoppingError({ address }: Operation, effect: Effect = 'none'): FlotillaError {
	const message = `${address} was given up: its service is stopping.`;
	const details = { operation: address };
	return new FlotillaError('FLOTILLA_UNAVAILABLE', message, { effect, details });
}

/** For a call whose caller, or one above it, does not wait any more. */
export function cancelledError(call: CallContext, reason: FlotillaError): FlotillaError {
	const { address } = call.operation;
	const message = `${address} was given up: ${reason.code}.`;
	const details = { operation: address };
	const effect = effectWhileRunning(call);
	return new FlotillaError(reason.code, message, { effect, details, cause: reason });
}

/** For a call whose caller had been given up before it was made. */
export function notStartedError({ address }: Operation, reason: FlotillaError): FlotillaError {
	const message = `${address} was not started: its caller has been given up.`;
	const details = { operation: address };
	return new FlotillaError(reason.code, message, { effect: 'none', details, cause: reason });
}
