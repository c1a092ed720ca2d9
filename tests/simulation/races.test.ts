import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { neverHappened, runSeed, type Simulation } from '@flotilla/simulator';
import { charging } from './charging.sim.ts';
import { parking } from './parking.sim.ts';
import { rides } from './rides.sim.ts';

/** Seeds in which each race must show itself, and the app without it must not. */
const SEEDS = 200;
const CLEAN_SEEDS = 12;

/** An app with a race in it: texts of its source, and what a mistaken author writes instead. */
interface Race {
	readonly story: string;
	readonly simulation: Simulation;
	readonly changes: readonly (readonly [before: string, after: string])[];
	readonly found: string;
}

const races: readonly Race[] = [
	{
		story: 'a subscriber that counts in a variable, not in its transaction',
		simulation: rides,
		changes: [
			['const Count =', 'const ridesOf = new Map<string, number>();\n\nconst Count ='],
			[
				`const { rides: count } = await t.one(z.object({ rides: z.int() }))\`
						insert into riders (rider, rides) values (\${rider}, 1)
						on conflict (rider) do update set rides = riders.rides + 1 returning rides\`;`,
				`const count = (ridesOf.get(rider) ?? 0) + 1;
					ridesOf.set(rider, count);`,
			],
		],
		found: 'each rider has the coupons of all rides',
	},
	{
		story: 'a call of another service that is made again under another key',
		simulation: charging,
		changes: [['call.charges.charge(purchase, key)', 'call.charges.charge(purchase)']],
		found: 'there is one charge for each order',
	},
	{
		story: 'a hold that is checked before the transaction, and not in it',
		simulation: parking,
		changes: [
			[`where spot = \${spot} and held_by = \${by} and taken_by is null`, `where spot = \${spot}`],
		],
		found: 'whoever was told so has the spot',
	},
];

for (const { story, simulation, changes, found } of races) {
	test(`finds ${story}`, async () => {
		const replacements = new Map([[simulation.app as string, changed(simulation, changes)]]);
		for (let seed = 1; seed <= SEEDS; seed++) {
			const { failures } = await runSeed(simulation, { seed, replacements });
			if (failures.some(({ name }) => name === found)) return;
		}
		assert.fail(`not within ${SEEDS} seeds`);
	});

	test(`finds nothing where ${simulation.name}`, async () => {
		const reports = [];
		for (let seed = 1; seed <= CLEAN_SEEDS; seed++) {
			reports.push(await runSeed(simulation, { seed }));
		}
		for (const { seed, failures } of reports) assert.deepEqual(failures, [], `seed ${seed}`);
		assert.deepEqual(neverHappened(reports), []);
	});
}

function changed({ app }: Simulation, changes: Race['changes']): string {
	let source = readFileSync(fileURLToPath(app as string), 'utf8');
	for (const [before, after] of changes) {
		const parts = source.split(before);
		assert.equal(parts.length, 2, `not once in the source: ${before}`);
		source = parts.join(after);
	}
	return source;
}
