import type { TLSSocket } from 'node:tls';
import type { PeerIdentity } from '../network.ts';

/** What the certificate of the other side says; `undefined` when it showed none. */
export function peerIdentity(socket: TLSSocket): PeerIdentity | undefined {
	const certificate = socket.getPeerX509Certificate();
	if (certificate === undefined) return undefined;
	return {
		names: alternativeNames(certificate.subjectAltName),
		fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
	};
}

/**
 * Cuts the text form of subject alternative names, such as `DNS:a.example, URI:spiffe://b/c`.
 *
 * A name may hold commas, so that `URI:x, URI:spiffe://shop/admin` could be one name that passes for
 * two (CVE-2021-44532). Node.js writes a name that could be mistaken as a JSON string, so cutting at
 * commas outside of quotes is exact. Text that does not follow this form gives no names at all.
 */
export function alternativeNames(text: string | undefined): readonly string[] {
	if (text === undefined) return [];
	const names: string[] = [];
	const pattern = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;
	while (pattern.lastIndex < text.length) {
		const match = pattern.exec(text);
		if (match === null) return [];
		const [, kind, written = ''] = match;
		const value = written.startsWith('"') ? unquote(written) : written;
		if (value === undefined) return [];
		names.push(`${kind}:${value}`);
	}
	return names;
}

/** Never throws: the text comes from the other side, and nobody could catch it. */
function unquote(text: string): string | undefined {
	try {
		return JSON.parse(text) as string;
	} catch {
		return undefined;
	}
}
