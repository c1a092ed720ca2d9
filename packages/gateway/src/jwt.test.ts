import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
	type CryptoKey,
	exportJWK,
	exportSPKI,
	generateKeyPair,
	type JSONWebKeySet,
	type JWTHeaderParameters,
	SignJWT,
} from 'jose';
import { jwt } from './jwt.ts';
import { VerifiedTokens } from './verified-tokens.ts';

const nowSeconds = 1_800_000_000;
const issuer = 'https://issuer.example';

/** Only what the tests move. */
class TestClock {
	passedMs = 0;
	wallMs(): number {
		return nowSeconds * 1_000 + this.passedMs;
	}
	monotonicMs(): number {
		return this.passedMs;
	}
}

let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
let ecKeys: { privateKey: CryptoKey; publicKey: CryptoKey };
let foreign: { privateKey: CryptoKey; publicKey: CryptoKey };

before(async () => {
	keys = await generateKeyPair('EdDSA', { extractable: true });
	ecKeys = await generateKeyPair('ES256', { extractable: true });
	foreign = await generateKeyPair('EdDSA', { extractable: true });
});

async function keySet(entries: readonly (readonly [string, CryptoKey])[]): Promise<JSONWebKeySet> {
	return {
		keys: await Promise.all(
			entries.map(async ([kid, key]) => ({ ...(await exportJWK(key)), kid, use: 'sig' })),
		),
	};
}

const standardKeys = (): Promise<JSONWebKeySet> =>
	keySet([
		['a', keys.publicKey],
		['ec', ecKeys.publicKey],
	]);

function verifier(clock: TestClock = new TestClock()): ReturnType<typeof jwt> {
	return jwt({ issuer, audience: 'shop', keys: standardKeys, clock, tenantClaim: 'tenant' });
}

function token(
	claims: Record<string, unknown> = {},
	header: Partial<JWTHeaderParameters> = {},
	key: CryptoKey | Uint8Array = keys.privateKey,
): Promise<string> {
	const standard = { iss: issuer, aud: 'shop', sub: 'u1', scope: 'user', exp: nowSeconds + 60 };
	return new SignJWT({ ...standard, ...claims })
		.setProtectedHeader({ alg: 'EdDSA', kid: 'a', ...header })
		.sign(key);
}

test('a good token stands for its subject, with its scopes and tenant', async () => {
	assert.deepEqual(await verifier()(await token({ scope: 'user  admin', tenant: 't1' })), {
		subject: 'u1',
		issuer,
		tenant: 't1',
		scopes: ['user', 'admin'],
	});
	const listed = await verifier()(await token({ scope: ['user', 1] }));
	assert.deepEqual(listed?.scopes, ['user']);
	const none = await verifier()(await token({ scope: undefined }));
	assert.deepEqual(none?.scopes, []);
});

test('an issuer grants only the scopes that it may grant', async () => {
	const verify = jwt({ issuer, keys: standardKeys, clock: new TestClock(), scopes: ['user'] });
	for (const scope of ['user operator', ['operator', 'user']]) {
		const signed = await token({ scope });
		assert.deepEqual((await verify(signed))?.scopes, ['user']);
		assert.deepEqual((await verify(signed))?.scopes, ['user'], 'also when it is remembered');
	}
	assert.deepEqual((await verify(await token({ scope: 'operator' })))?.scopes, []);
	const none = jwt({ issuer, keys: standardKeys, clock: new TestClock(), scopes: [] });
	assert.deepEqual((await none(await token()))?.scopes, []);
});

test('ES256 is taken, and the type of an access token', async () => {
	const ec = await token({}, { alg: 'ES256', kid: 'ec' }, ecKeys.privateKey);
	assert.equal((await verifier()(ec))?.subject, 'u1');
	assert.equal((await verifier()(await token({}, { typ: 'at+JWT' })))?.subject, 'u1');
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Re-writes the header of a token that was signed with another one. */
function withHeader(signed: string, header: unknown): string {
	return [encode(header), ...signed.split('.').slice(1)].join('.');
}

for (const [what, make] of [
	['an expired one', () => token({ exp: nowSeconds - 6 })],
	['one without expiry', () => token({ exp: undefined })],
	['one that is not valid yet', () => token({ nbf: nowSeconds + 6 })],
	['one of another issuer', () => token({ iss: 'https://other.example' })],
	['one without issuer', () => token({ iss: undefined })],
	['one for another audience', () => token({ aud: 'bank' })],
	['one without audience', () => token({ aud: undefined })],
	['one without subject', () => token({ sub: undefined })],
	['one with an empty subject', () => token({ sub: '' })],
	['one with a subject of 256 characters', () => token({ sub: 'a'.repeat(256) })],
	['one signed by somebody else', () => token({}, {}, foreign.privateKey)],
	['one with another key of the issuer', () => token({}, { kid: 'ec' })],
	['one with an unknown key', () => token({}, { kid: 'z' })],
	['one for another purpose', () => token({}, { typ: 'logout+jwt' })],
	[
		'one whose claims were changed',
		async () => {
			const [header, , signature] = (await token()).split('.');
			const claims = encode({ iss: issuer, aud: 'shop', sub: 'admin', exp: nowSeconds + 60 });
			return `${header}.${claims}.${signature}`;
		},
	],
	['one with alg none', async () => `${encode({ alg: 'none' })}.${(await token()).split('.')[1]}.`],
	[
		'one with alg none and a signature',
		async () => withHeader(await token(), { alg: 'none', kid: 'a' }),
	],
	[
		'one with HS256 under the public key',
		async () => {
			const secret = Buffer.from(await exportSPKI(keys.publicKey));
			return token({}, { alg: 'HS256' }, secret);
		},
	],
	[
		'one with HS256 under the raw public key',
		async () => {
			const secret = Buffer.from((await exportJWK(keys.publicKey)).x ?? '', 'base64url');
			return token({}, { alg: 'HS256' }, secret);
		},
	],
	[
		'one that brings its own key',
		async () => token({}, { jwk: await exportJWK(foreign.publicKey) }, foreign.privateKey),
	],
	[
		'one that brings the right key',
		async () => token({}, { jwk: await exportJWK(keys.publicKey) }),
	],
	['one that names an address for its key', () => token({}, { jku: 'https://evil.example/keys' })],
	[
		'one that names an address for its certificate',
		() => token({}, { x5u: 'https://evil.example' }),
	],
	[
		'one with a critical extension',
		async () => withHeader(await token(), { alg: 'EdDSA', kid: 'a', crit: ['exp'], exp: 1 }),
	],
	[
		'one with an unencoded payload',
		async () => withHeader(await token(), { alg: 'EdDSA', kid: 'a', crit: ['b64'], b64: true }),
	],
	[
		'one with another spelling of its signature',
		async () => {
			const signed = await token();
			const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
			const last = alphabet.indexOf(signed.slice(-1));
			// The last of 86 characters carries four bits that mean nothing.
			return signed.slice(0, -1) + alphabet[last ^ 1];
		},
	],
	['one with padding', async () => `${await token()}==`],
	['an encrypted one', async () => `${encode({ alg: 'dir', enc: 'A256GCM' })}.a.b.c.d`],
	['something else', async () => 'hello'],
	['nothing', async () => ''],
	['two dots', async () => '..'],
	['a header that is no JSON', async () => `aaaa.${(await token()).split('.').slice(1).join('.')}`],
	['a header that is null', async () => withHeader(await token(), null)],
] as const) {
	test(`${what} stands for nobody`, async () => {
		assert.equal(await verifier()(await make()), undefined);
	});
}

test('a token that was good a moment ago is not good beyond its expiry', async () => {
	const clock = new TestClock();
	const verify = verifier(clock);
	const signed = await token({ exp: nowSeconds + 30 });
	assert.ok(await verify(signed));
	clock.passedMs = 34_000;
	assert.ok(await verify(signed));
	clock.passedMs = 35_001;
	assert.equal(await verify(signed), undefined);
});

test('a token that was good a moment ago says nothing about one that looks like it', async () => {
	const verify = verifier();
	const signed = await token();
	assert.ok(await verify(signed));
	const [header, claims, signature = ''] = signed.split('.');
	const other = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
	assert.equal(await verify(`${header}.${claims}.${other}`), undefined);
});

test('of many tokens the newest are remembered, and all are good', async () => {
	const clock = new TestClock();
	const tokens = new VerifiedTokens(clock);
	const principal = { subject: 's', issuer, scopes: [] };
	for (let index = 0; index <= 1_000; index++) tokens.add(`t${index}`, principal, Infinity);
	assert.equal(tokens.find('t0'), undefined);
	assert.equal(tokens.find('t1'), principal);
	assert.equal(tokens.find('t1000'), principal);
	clock.passedMs = 60_000;
	assert.equal(tokens.find('t1'), undefined);
});

test('the clocks may differ by the tolerance', async () => {
	assert.ok(await verifier()(await token({ exp: nowSeconds - 4 })));
	assert.ok(await verifier()(await token({ nbf: nowSeconds + 4 })));
});

test('a new key of the issuer is found, and a withdrawn one is forgotten after ten minutes', async () => {
	const clock = new TestClock();
	let current = [['a', keys.publicKey]] as [string, CryptoKey][];
	const verify = jwt({ issuer, keys: () => keySet(current), clock });
	const old = await token({ exp: nowSeconds + 10_000 });
	assert.ok(await verify(old));
	current = [['b', foreign.publicKey]];
	clock.passedMs = 31_000;
	const fresh = await token({ exp: nowSeconds + 10_000 }, { kid: 'b' }, foreign.privateKey);
	assert.ok(await verify(fresh));
	clock.passedMs = 700_000;
	assert.equal(await verify(old), undefined);
});

test('a flood of invented keys makes one fetch in 30 seconds', async () => {
	const clock = new TestClock();
	let fetches = 0;
	const verify = jwt({
		issuer,
		clock,
		keys: () => {
			fetches++;
			return standardKeys();
		},
	});
	assert.ok(await verify(await token()));
	const invented = await Promise.all(
		Array.from({ length: 50 }, (_, index) => token({}, { kid: `k${index}` })),
	);
	clock.passedMs = 30_001;
	await Promise.all(invented.map(verify));
	await Promise.all(invented.map(verify));
	assert.equal(fetches, 2);
	assert.ok(await verify(await token()), 'known keys go on working');
});

test('callers at the same time share the first fetch', async () => {
	let fetches = 0;
	const verify = jwt({
		issuer,
		clock: new TestClock(),
		keys: () => {
			fetches++;
			return standardKeys();
		},
	});
	const signed = await token();
	const answers = await Promise.all(Array.from({ length: 20 }, () => verify(signed)));
	assert.ok(answers.every((principal) => principal?.subject === 'u1'));
	assert.equal(fetches, 1);
});

test('without keys nothing is known about a token, and fetching is tried again after a second', async () => {
	const clock = new TestClock();
	let fetches = 0;
	let down = true;
	const verify = jwt({
		issuer,
		clock,
		keys: async () => {
			fetches++;
			if (down) throw new Error('no route to issuer');
			return standardKeys();
		},
	});
	const signed = await token({ exp: nowSeconds + 10_000 });
	await assert.rejects(verify(signed), { code: 'FLOTILLA_UNAVAILABLE' });
	await assert.rejects(verify(signed), { code: 'FLOTILLA_UNAVAILABLE' });
	assert.equal(fetches, 1);
	down = false;
	clock.passedMs = 1_001;
	assert.ok(await verify(signed));
	down = true;
	clock.passedMs = 1_800_000;
	assert.ok(await verify(signed), 'keys are used on while newer ones cannot be fetched');
	clock.passedMs = 3_700_000;
	await assert.rejects(verify(signed), { code: 'FLOTILLA_UNAVAILABLE' });
});

test('symmetric algorithms cannot be allowed', () => {
	assert.throws(
		() => jwt({ issuer, keys: standardKeys, algorithms: ['HS256' as never] }),
		TypeError,
	);
});
