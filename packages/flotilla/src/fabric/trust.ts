import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Address, TlsOptions } from '../host/network.ts';

/** What makes two instances trust each other. */
export interface Trust {
	readonly token?: string | undefined;
	readonly tls?: TlsOptions | undefined;
}

const tokenLengthMin = 16;

/**
 * Refuses what would let anybody on the network call, or answer: off loopback both sides prove a
 * fleet token, or show a certificate of the fleet's authority.
 *
 * @throws {FlotillaError} `FLOTILLA_CONFIGURATION`
 */
export function checkTrust({ host, port }: Address, { token, tls }: Trust): void {
	if (token !== undefined && token.length < tokenLengthMin) {
		throw new FlotillaError(
			'FLOTILLA_CONFIGURATION',
			`The fleet token has ${token.length} characters, less than ${tokenLengthMin}.`,
		);
	}
	if (token !== undefined || tls?.authority !== undefined || isLoopback(host)) return;
	throw new FlotillaError(
		'FLOTILLA_CONFIGURATION',
		`${host}:${port} is off loopback, but there is neither a fleet token nor TLS with an authority.`,
	);
}

/** Whether nobody but this machine is reached there. */
function isLoopback(host: string): boolean {
	return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}
