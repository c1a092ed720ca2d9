/**
 * X.509 certificates for tests, made on the spot: nothing to install, nothing that expires, and no
 * private key in the repository. DER by hand (X.690), just enough of RFC 5280, signed with Ed25519
 * (RFC 8410).
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface TestCertificate {
	readonly certificate: string;
	readonly privateKey: string;
}

export interface TestAuthority {
	/** Its own certificate, for `TlsOptions.authority`. */
	readonly authority: string;
	/** @param names Such as `DNS:localhost`, `IP:127.0.0.1` and `URI:spiffe://shop/orders`. */
	issue(...names: readonly string[]): TestCertificate;
}

export function testAuthority(): TestAuthority {
	const { privateKey, publicKey } = generateKeyPairSync('ed25519');
	const subject = commonName('Flotilla test authority');
	const isAuthority = extension('2.5.29.19', sequence(der(0x01, Buffer.of(0xff))), true);
	const issuer = { issuer: subject, issuerKey: privateKey };
	return {
		authority: certify({ ...issuer, subject, publicKey, extensions: [isAuthority] }),
		issue(...names) {
			const keys = generateKeyPairSync('ed25519');
			return {
				certificate: certify({
					...issuer,
					subject: commonName('Flotilla test'),
					publicKey: keys.publicKey,
					extensions: [extension('2.5.29.17', sequence(...names.map(generalName)))],
				}),
				privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
			};
		},
	};
}

interface Certification {
	readonly issuer: Buffer;
	readonly issuerKey: KeyObject;
	readonly subject: Buffer;
	readonly publicKey: KeyObject;
	readonly extensions: readonly Buffer[];
}

const dayMs = 86_400_000;
const ed25519 = sequence(objectIdentifier('1.3.101.112'));

function certify({ issuer, issuerKey, subject, publicKey, extensions }: Certification): string {
	const serial = randomBytes(8);
	serial[0] = 0x01; // Positive, and without a leading zero.
	const content = sequence(
		der(0xa0, der(0x02, Buffer.of(2))),
		der(0x02, serial),
		ed25519,
		issuer,
		sequence(time(Date.now() - dayMs), time(Date.now() + dayMs)),
		subject,
		publicKey.export({ type: 'spki', format: 'der' }),
		der(0xa3, sequence(...extensions)),
	);
	const signature = der(0x03, Buffer.of(0), sign(null, content, issuerKey));
	const base64 = sequence(content, ed25519, signature).toString('base64');
	const lines = base64.match(/.{1,64}/g) ?? [];
	return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function commonName(name: string): Buffer {
	return sequence(der(0x31, sequence(objectIdentifier('2.5.4.3'), der(0x0c, Buffer.from(name)))));
}

function generalName(name: string): Buffer {
	const value = name.slice(name.indexOf(':') + 1);
	if (name.startsWith('DNS:')) return der(0x82, Buffer.from(value));
	if (name.startsWith('URI:')) return der(0x86, Buffer.from(value));
	if (name.startsWith('IP:')) return der(0x87, Buffer.from(value.split('.').map(Number)));
	throw new TypeError(`${name} begins with none of DNS:, URI: and IP:.`);
}

function extension(identifier: string, value: Buffer, critical = false): Buffer {
	const flag = critical ? [der(0x01, Buffer.of(0xff))] : [];
	return sequence(objectIdentifier(identifier), ...flag, der(0x04, value));
}

function time(ms: number): Buffer {
	const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
	return der(0x17, Buffer.from(text.slice(2)));
}

function objectIdentifier(text: string): Buffer {
	const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
	return der(0x06, Buffer.of(first * 40 + second, ...rest.flatMap(base128)));
}

function base128(value: number): number[] {
	const low = value & 0x7f;
	return value < 0x80 ? [low] : [...base128(value >> 7).map((byte) => byte | 0x80), low];
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
	return der(0x30, ...parts);
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
	const content = Buffer.concat(parts);
	const { length } = content;
	if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
	if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
	return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}
