import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, FlotillaError, uuidV7 } from 'flotilla/adapter';
import type { Fleet } from 'flotilla/run';
import type { EdgeRequest } from './exchange.ts';
import { fixedLimits } from './limits.ts';
import { problemOf } from './problem.ts';

/**
 * Answers bytes that are no HTTP request, or not one in time, and ends their connection.
 *
 * @param error What node:http says about them.
 */
export function refuseConnection(fleet: Fleet, error: NodeJS.ErrnoException, socket: Socket): void {
	const response = (socket as { _httpMessage?: ServerResponse })._httpMessage;
	if (!socket.writable || error.code === 'ECONNRESET' || response?.headersSent === true) {
		socket.destroy();
		return;
	}
	const request = response?.req as EdgeRequest | undefined;
	if (request?.complete === true) {
		// An earlier request is still under way, and the next answer on this connection is its own:
		// it would take ours for it, although it may be changing something.
		response?.once('close', () => refuseConnection(fleet, error, socket));
		return;
	}
	const { clock, random } = fleet.host;
	const exchange = request?.exchange;
	const [code, message] = reasons[error.code ?? ''] ?? [
		'FLOTILLA_REQUEST_MALFORMED',
		'This is no HTTP/1.1 request.',
	];
	const id = exchange?.id ?? uuidV7(clock, random);
	const problem = problemOf(new FlotillaError(code, message), id, undefined);
	const body = JSON.stringify(problem);
	const head = [
		`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
		'content-type: application/problem+json',
		`content-length: ${Buffer.byteLength(body)}`,
		`x-request-id: ${id}`,
		'x-content-type-options: nosniff',
		'cache-control: no-store',
		'connection: close',
	];
	socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
	// A moment to read it: closing with unread bytes would reset the connection.
	const timer = clock.setTimer(fixedLimits.refusedBodyMs, () => socket.destroy());
	socket.once('close', () => timer.cancel());
	if (exchange === undefined) {
		fleet.telemetry.log('info', 'request', {
			request_id: id,
			http_response_status_code: problem.status,
			outcome: problem.code,
		});
	} else {
		exchange.problemCode = problem.code;
		exchange.status = problem.status;
	}
}

const reasons: Readonly<Record<string, readonly [ErrorCode, string]>> = {
	HPE_HEADER_OVERFLOW: ['FLOTILLA_HEADERS_TOO_LARGE', 'The headers are too large.'],
	ERR_HTTP_REQUEST_TIMEOUT: ['FLOTILLA_REQUEST_TIMEOUT', 'The request came too slowly.'],
};
