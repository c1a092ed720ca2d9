import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Configurations, Members } from './configurations.ts';

/** All sets have the same hash, so only the exact comparison tells them apart. */
class CollidingMembers extends Members {
	override get hash(): number {
		return 0;
	}
}

const UNKNOWN = 40;
const ANSWERED = 200;
/** Whole words are set aside for those of unknown outcome. */
const FIRST_ANSWERED = 64;

function membersOf(chosen: ReadonlySet<number>, collide: boolean): Members {
	const members = new (collide ? CollidingMembers : Members)(UNKNOWN, ANSWERED);
	for (const member of chosen) members.toggle(member);
	return members;
}

for (const collide of [false, true]) {
	test(`a configuration is new unless one like it had no more of unknown outcome${collide ? ', though all hashes collide' : ''}`, () => {
		// Mostly a full beginning with a few gaps and a few more members, as in a search.
		const configuration = fc.record({
			begin: fc.constantFrom(0, 1, 31, 32, 33, 64, 65, 130, ANSWERED),
			flips: fc.array(fc.constantFrom(0, 30, 31, 32, 64, 131, ANSWERED - 1), { maxLength: 2 }),
			unknown: fc.uniqueArray(fc.constantFrom(0, 1, 31, 32, 39), { maxLength: 4 }),
			state: fc.nat({ max: 1 }),
		});
		fc.assert(
			fc.property(fc.array(configuration, { maxLength: 150, size: 'max' }), (all) => {
				const configurations = new Configurations();
				const known: { readonly name: string; readonly unknown: ReadonlySet<number> }[] = [];
				for (const { begin, flips: flipped, unknown, state } of [...all, ...all]) {
					const chosen = new Set(Array.from({ length: begin }, (_, index) => index));
					for (const flip of flipped) if (!chosen.delete(flip)) chosen.add(flip);
					const name = `${state}: ${[...chosen].sort((a, b) => a - b).join(' ')}`;
					const isCovered = known.some(
						(one) => one.name === name && one.unknown.isSubsetOf(new Set(unknown)),
					);
					const answered = [...chosen].map((member) => FIRST_ANSWERED + member);
					const members = membersOf(new Set([...unknown, ...answered]), collide);
					assert.equal(configurations.add(members, state), !isCovered, name);
					if (!isCovered) known.push({ name, unknown: new Set(unknown) });
				}
				assert.equal(configurations.count, known.length);
			}),
			{ seed: 5, numRuns: 100 },
		);
	});
}

test('a member that is toggled twice leaves the hash as it was', () => {
	const members = membersOf(new Set([1, 70]), false);
	const { hash } = members;
	members.toggle(75);
	assert.notEqual(members.hash, hash);
	assert.equal(members.has(75), true);
	members.toggle(75);
	assert.equal(members.hash, hash);
	assert.equal(members.has(75), false);
});

test('of a long history only a window is kept', () => {
	const members = new Members(0, 100_000);
	const configurations = new Configurations();
	for (let member = 0; member < 100_000; member++) {
		members.toggle(member);
		configurations.add(members, 0);
	}
	// Each whole set would take 12 kB.
	assert.ok(configurations.sizeBytes < 100 * configurations.count);
});
