import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkSessions, type SessionGuarantee, type VersionedOperation } from './check-sessions.ts';

const guarantees: readonly SessionGuarantee[] = [
	'read-your-writes',
	'monotonic-reads',
	'monotonic-writes',
	'writes-follow-reads',
];

/** `w2 r1` writes version 2 and then reads version 1, of one key; `r1y` of another one. */
function session(text: string): readonly VersionedOperation[] {
	return text.split(' ').map((word) => ({
		kind: word.startsWith('w') ? 'write' : 'read',
		key: word.endsWith('y') ? 'y' : 'x',
		version: Number.parseInt(word.slice(1), 10),
	}));
}

test('each guarantee is broken by its own history, and by no other', () => {
	const table: readonly (readonly [string, readonly SessionGuarantee[]])[] = [
		['w1 r1 w2 r2', []],
		['w1 r3', []],
		['r3 w4', []],
		['w2 r1', ['read-your-writes']],
		['r2 r1', ['monotonic-reads']],
		['w2 w1', ['monotonic-writes']],
		['r3 w2', ['writes-follow-reads']],
		['r3 w3', ['writes-follow-reads']],
		['w2 w2', ['monotonic-writes']],
		['w2 r1y', []],
		['r5 r5', []],
		['w3 r5 r4', ['monotonic-reads']],
		['w3 r5 r2', ['read-your-writes', 'monotonic-reads']],
	];
	for (const [text, broken] of table) {
		const found = guarantees.filter(
			(guarantee) => checkSessions([session(text)], guarantee).verdict === 'violation',
		);
		assert.deepEqual(found, broken, text);
	}
});

test('sessions do not bind each other', () => {
	for (const guarantee of guarantees) {
		assert.equal(checkSessions([session('w5 r5'), session('r1 w2')], guarantee).verdict, 'ok');
	}
});

test('each guarantee is what all pairs of a session say', () => {
	const kinds: Record<SessionGuarantee, readonly [string, string]> = {
		'read-your-writes': ['write', 'read'],
		'monotonic-reads': ['read', 'read'],
		'monotonic-writes': ['write', 'write'],
		'writes-follow-reads': ['read', 'write'],
	};
	const operation = fc.record({
		kind: fc.constantFrom('read' as const, 'write' as const),
		key: fc.constantFrom('x', 'y'),
		version: fc.nat({ max: 4 }),
	});
	for (const guarantee of guarantees) {
		const seen = { ok: 0, violation: 0, unknown: 0 };
		const [earlier, later] = kinds[guarantee];
		const property = fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
			const isBroken = operations.some((first, at) =>
				operations.slice(at + 1).some((then) => {
					if (first.key !== then.key || first.kind !== earlier || then.kind !== later) return false;
					return then.kind === 'write'
						? then.version <= first.version
						: then.version < first.version;
				}),
			);
			const { verdict } = checkSessions([operations], guarantee);
			seen[verdict]++;
			assert.equal(verdict, isBroken ? 'violation' : 'ok');
		});
		fc.assert(property, { numRuns: 500, seed: 1 });
		assert.ok(seen.ok > 50 && seen.violation > 50, JSON.stringify(seen));
	}
});
