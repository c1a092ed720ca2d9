import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
	type ConnectionOptions,
	checkServerIdentity,
	createSecureContext,
	type PeerCertificate,
	type SecureContext,
	type TlsOptions as ServerOptions,
} from 'node:tls';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import type { TlsOptions } from '../network.ts';
import { alternativeNames } from './peer-identity.ts';

/** A handshake takes a few round trips; who takes longer holds a connection for nothing. */
const handshakeTimeoutMs = 10_000;

/**
 * Options for the listening side. With `authority`, a client without a certificate signed by it is
 * turned away during the handshake.
 */
export function listeningTls(tls: TlsOptions): ServerOptions {
	if (tls.certificate === undefined || tls.privateKey === undefined) {
		throw unusable('a listener needs a certificate and its private key', undefined);
	}
	// Made for nothing but its error: the server makes its own.
	secureContext(tls);
	return {
		handshakeTimeout: handshakeTimeoutMs,
		requestCert: tls.authority !== undefined,
		rejectUnauthorized: true,
		...material(tls),
	};
}

/**
 * Options for the connecting side. The certificate of the server is checked always, whatever
 * `NODE_TLS_REJECT_UNAUTHORIZED` says.
 */
export function connectingTls(tls: TlsOptions, host: string): ConnectionOptions {
	const name = tls.serverName ?? host;
	const isDomainName = isIP(name) === 0 && !isUri(name);
	return {
		secureContext: secureContext(tls),
		rejectUnauthorized: true,
		// RFC 6066, section 3: the server name indication is a domain name and nothing else.
		...(isDomainName && { servername: name }),
		checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
			isUri(name) ? checkUri(name, certificate) : checkServerIdentity(name, certificate),
	};
}

function isUri(name: string): boolean {
	return name.includes('://');
}

/** Workloads are named by URI (SPIFFE X.509-SVID, section 2), which Node.js does not check. */
function checkUri(name: string, certificate: PeerCertificate): Error | undefined {
	const names = alternativeNames(certificate.subjectaltname);
	if (names.includes(`URI:${name}`)) return undefined;
	return new Error(`the certificate is for ${names.join(', ') || 'no name'}, not for ${name}`);
}

function material(tls: TlsOptions): { cert?: string; key?: string; ca?: string } {
	return {
		...(tls.certificate !== undefined && { cert: tls.certificate }),
		...(tls.privateKey !== undefined && { key: tls.privateKey }),
		...(tls.authority !== undefined && { ca: tls.authority }),
	};
}

function secureContext(tls: TlsOptions): SecureContext {
	if ((tls.certificate === undefined) !== (tls.privateKey === undefined)) {
		throw unusable('a certificate and its private key go together', undefined);
	}
	try {
		// OpenSSL skips over an authority that is none, and then trusts nobody.
		if (tls.authority !== undefined) new X509Certificate(tls.authority);
		return createSecureContext(material(tls));
	} catch (error) {
		throw unusable((error as Error).message, error);
	}
}

/** The message never holds the material itself: OpenSSL names what is wrong, not what it read. */
function unusable(reason: string, cause: unknown): FlotillaError {
	return new FlotillaError('FLOTILLA_CONFIGURATION', `The TLS options cannot be used: ${reason}.`, {
		...(cause !== undefined && { cause }),
	});
}
