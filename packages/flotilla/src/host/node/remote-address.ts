import type { RemoteInfo } from 'node:dgram';
import type { Socket } from 'node:net';
import type { Address } from '../network.ts';

/** Who is at the other end; `undefined` when the connection is gone already. */
export function remoteAddress(socket: Socket): Address | undefined {
	const { remoteAddress: host, remotePort: port } = socket;
	if (host === undefined || port === undefined) return undefined;
	return { host: plainHost(host), port };
}

export function senderAddress({ address, port }: RemoteInfo): Address {
	return { host: plainHost(address), port };
}

/**
 * A socket on `::` sees IPv4 peers as `::ffff:192.0.2.1`. Limits and logs must not take the two
 * spellings for two peers.
 */
function plainHost(host: string): string {
	return host.startsWith('::ffff:') && host.includes('.') ? host.slice('::ffff:'.length) : host;
}
