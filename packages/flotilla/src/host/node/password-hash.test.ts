import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { isFlotillaError } from '../../errors/flotilla-error.ts';
import { PasswordHasher } from './password-hash.ts';

test('a password verifies against its hash, another one does not', async () => {
	const passwords = new PasswordHasher();
	const hash = await passwords.hash('correct horse');
	assert.match(hash, /^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
	assert.equal(await passwords.verify('correct horse', hash), true);
	assert.equal(await passwords.verify('correct house', hash), false);
});

test('two hashes of one password differ', async () => {
	const passwords = new PasswordHasher();
	const [left, right] = await Promise.all([passwords.hash('same'), passwords.hash('same')]);
	assert.notEqual(left, right);
});

test('a hash made elsewhere, with another cost, verifies', async () => {
	// RFC 7914, section 12: "pleaseletmein" with the salt "SodiumChloride", N = 2^14, r = 8, p = 1.
	const expected =
		'7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2' +
		'd5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
	const encode = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
	const salt = encode(Buffer.from('SodiumChloride'));
	const hash = `$scrypt$ln=14,r=8,p=1$${salt}$${encode(Buffer.from(expected, 'hex'))}`;
	assert.equal(await new PasswordHasher().verify('pleaseletmein', hash), true);
});

test('a password of more than 1024 bytes is refused, and never right', async () => {
	const passwords = new PasswordHasher();
	await assert.rejects(passwords.hash('é'.repeat(513)), TypeError);
	const hash = await passwords.hash('é'.repeat(512));
	assert.equal(await passwords.verify('é'.repeat(512), hash), true);
	assert.equal(await passwords.verify('é'.repeat(513), hash), false);
});

test('a hash that is malformed, or asks for too much, is wrong and costs nothing', async () => {
	const passwords = new PasswordHasher();
	const salt = 'A'.repeat(22);
	const hash = 'A'.repeat(43);
	const malformed = [
		'',
		'plain',
		`$argon2id$ln=15,r=8,p=1$${salt}$${hash}`,
		`$scrypt$ln=15,r=8$${salt}$${hash}`,
		`$scrypt$ln=0,r=8,p=1$${salt}$${hash}`,
		`$scrypt$ln=15,r=0,p=1$${salt}$${hash}`,
		`$scrypt$ln=15,r=8,p=0$${salt}$${hash}`,
		`$scrypt$ln=30,r=8,p=1$${salt}$${hash}`,
		`$scrypt$ln=15,r=99,p=1$${salt}$${hash}`,
		`$scrypt$ln=15,r=8,p=99$${salt}$${hash}`,
		`$scrypt$ln=15,r=8,p=1$${salt}$`,
		`$scrypt$ln=15,r=8,p=1$${salt}$${hash}\n`,
	];
	for (const text of malformed) assert.equal(await passwords.verify('x', text), false, text);
});

test('hashings beyond the limit wait and then run in order', async () => {
	const passwords = new PasswordHasher({ runningMax: 1 });
	// The cheapest cost, so that order and not speed decides.
	const cheap = `$scrypt$ln=1,r=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
	const order: number[] = [];
	await Promise.all(
		[0, 1, 2, 3, 4, 5].map(async (i) => {
			await passwords.verify('x', cheap);
			order.push(i);
		}),
	);
	assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
});

test('a crowd is turned away instead of piling up, and the hasher goes on after it', async () => {
	const passwords = new PasswordHasher({ runningMax: 1 });
	const cheap = `$scrypt$ln=1,r=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
	const results = await Promise.allSettled(
		Array.from({ length: 70 }, () => passwords.verify('x', cheap)),
	);
	const refused = results.filter((result) => result.status === 'rejected');
	assert.equal(refused.length, 5);
	assert.ok(refused.every(({ reason }) => isFlotillaError(reason, 'FLOTILLA_OVERLOADED')));
	assert.equal(await passwords.verify('x', cheap), false);
});

test('who stops waiting leaves the queue at once and is never hashed', async () => {
	const passwords = new PasswordHasher({ runningMax: 1 });
	const first = passwords.hash('in progress');
	const controllers = Array.from({ length: 64 }, () => new AbortController());
	const startMs = performance.now();
	const abandoned = controllers.map(({ signal }) => passwords.hash('abandoned', { signal }));
	const reason = new Error('gone');
	for (const controller of controllers) controller.abort(reason);
	const results = await Promise.allSettled(abandoned);
	for (const result of results) {
		assert.ok(result.status === 'rejected');
		assert.ok(isFlotillaError(result.reason, 'FLOTILLA_CANCELLED'));
		assert.equal(result.reason.effect, 'none');
		assert.equal(result.reason.cause, reason);
	}
	await first;
	const oneMs = performance.now() - startMs;
	await passwords.hash('honest');
	assert.ok(performance.now() - startMs < oneMs * 20);
});

test('an honest caller after 300 abandoned ones waits for those in progress only', async () => {
	const passwords = new PasswordHasher({ runningMax: 1 });
	const order: string[] = [];
	const inProgress = passwords.hash('x').then(() => order.push('in progress'));
	for (let i = 0; i < 300; i++) {
		const controller = new AbortController();
		passwords.hash('x', { signal: controller.signal }).then(
			() => order.push('abandoned'),
			() => {},
		);
		controller.abort();
	}
	const honest = passwords.hash('x').then(() => order.push('honest'));
	await Promise.all([inProgress, honest]);
	assert.deepEqual(order, ['in progress', 'honest']);
});

test('a signal that has aborted already is refused, and none keeps a listener', async () => {
	const passwords = new PasswordHasher({ runningMax: 1 });
	const aborted = passwords.hash('x', { signal: AbortSignal.abort() });
	await assert.rejects(aborted, (error) => isFlotillaError(error, 'FLOTILLA_CANCELLED'));
	const { signal } = new AbortController();
	const cheap = `$scrypt$ln=1,r=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
	const verified = [1, 2, 3].map(() => passwords.verify('x', cheap, { signal }));
	assert.equal(getEventListeners(signal, 'abort').length, 2);
	assert.deepEqual(await Promise.all(verified), [false, false, false]);
	assert.equal(getEventListeners(signal, 'abort').length, 0);
});
