import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	type FaultRecord,
	type Report,
	runSeed,
	type Simulation,
	simulation,
	type TraceEntry,
	type World,
} from '@flotilla/simulator';
import { type FaultName, faults } from 'flotilla/adapter';
import { Bank } from './bank/contracts.ts';

/** Somebody moves money four times a second, whatever fails, for as long as faults strike. */
async function transfers(world: World): Promise<void> {
	const bank = world.client(Bank);
	const underWay: Promise<unknown>[] = [];
	for (let count = 0; count < 60; count++) {
		await world.sleep(250);
		const [from, to] = count % 2 === 0 ? ['ada', 'bob'] : ['bob', 'ada'];
		const transfer = { from: from as string, to: to as string, amount: 1 };
		const idempotencyKey = `${count}`;
		underWay.push(world.insist(() => bank.try.transfer(transfer, { idempotencyKey })));
	}
	await Promise.all(underWay);
}

const app = import.meta.resolve('./bank/app.ts');
const fleet = simulation('fleet', app, { instances: 2, forMs: 15_000 }, transfers);

/** What a run did by one fault alone. */
interface Struck {
	readonly report: Report;
	readonly record: FaultRecord;
	/** What happened while a fault lasted that takes a while. */
	readonly meanwhile: readonly TraceEntry[];
	/** What happened after it had begun. */
	readonly afterwards: readonly TraceEntry[];
}

type Check = (struck: Struck) => void;

const starts = (machine: RegExp, record: FaultRecord, entries: readonly TraceEntry[]): void => {
	const name = machine.exec(record.text)?.[1];
	assert.ok(
		entries.some(({ text }) => new RegExp(`^process \\d of ${name} starts`).test(text)),
		`${name} starts again`,
	);
};

const crossing = (entries: readonly TraceEntry[], from: readonly string[], to: readonly string[]) =>
	entries.filter(({ kind, text }) => {
		const [, sender = '', receiver = ''] = /^(\S+) → (\S+) \d+ bytes/.exec(text) ?? [];
		return kind === 'message' && from.includes(sender) && to.includes(receiver);
	});

const groups = (text: string): readonly [string[], string[]] => {
	const [, left = '', right = ''] = /^(.*) and (.*) cannot reach each other/.exec(text) ?? [];
	return [left.split(', '), right.split(', ')];
};

const isCut: Check = ({ record, meanwhile }) => {
	const [left, right] = groups(record.text);
	// What had been on its way when the cut came still arrives.
	const late = meanwhile.filter(({ atMs }) => atMs > record.atMs + 100);
	assert.deepEqual([...crossing(late, left, right), ...crossing(late, right, left)], []);
};

const stands: Check = ({ record, meanwhile }) => {
	const name = /^(\S+) stands/.exec(record.text)?.[1];
	const ofMachine = meanwhile.filter(({ machine, atMs }) => {
		return machine === name && atMs > record.atMs;
	});
	assert.deepEqual(ofMachine, []);
};

const strikes: Check = ({ record }) => assert.ok(record.text.length > 5);

/** How each fault that may strike a fleet shows. */
const inFleet: Partial<Readonly<Record<FaultName, Check>>> = {
	'network.delay': ({ record }) => assert.match(record.text, /^(\S+) → (\S+) is late$/),
	'network.loss': ({ record }) => assert.match(record.text, /^(\S+) → (\S+) loses$/),
	'network.reset': ({ record, afterwards }) => {
		assert.match(record.text, /^a connection of \S+ with \S+ breaks$/);
		assert.ok(afterwards.some(({ text }) => / loses its connection with .*ECONNRESET/.test(text)));
	},
	'network.half-open': ({ record, afterwards }) => {
		assert.match(record.text, /breaks on one side$/);
		assert.ok(afterwards.some(({ text }) => / loses its connection with /.test(text)));
	},
	'network.partition': isCut,
	'network.one-way-partition': ({ record, meanwhile, report }) => {
		const from = record.text.replace(/ cannot send to the others.*/, '').split(', ');
		const machines = new Set(report.entries.map(({ machine }) => machine));
		const others = [...machines].filter((name) => !from.includes(name));
		const late = meanwhile.filter(({ atMs }) => atMs > record.atMs + 100);
		assert.deepEqual(crossing(late, from, others), []);
	},
	'network.bridge': (struck) => {
		isCut(struck);
		const bridge = /but (\S+) reaches both/.exec(struck.record.text)?.[1] ?? '';
		assert.ok(!groups(struck.record.text).flat().includes(bridge));
	},
	'network.flapping': ({ record }) => assert.match(record.text, /goes down and up every \d+ ms/),
	'network.slow': ({ record }) => assert.match(record.text, /^(\S+) → (\S+) is slow$/),
	'process.crash': ({ record, afterwards }) => {
		starts(/^the process on (\S+) ends/, record, afterwards);
	},
	'process.power-loss': ({ record, afterwards }) => {
		starts(/^(\S+) loses its power/, record, afterwards);
	},
	'process.pause': stands,
	'process.slow': ({ record }) => assert.match(record.text, /stands still \d+ ms again and again/),
	'process.twin': ({ record, afterwards }) => {
		starts(/^(\S+) is started again while the old process goes on/, record, afterwards);
		// Both run at once: nothing keeps the successor from starting.
		assert.ok(afterwards.every(({ text }) => !text.includes('FLOTILLA_LOCKED')));
	},
	'clock.offset': ({ record }) => assert.match(record.text, /is -?\d+ ms ahead$/),
	'clock.drift': ({ record }) => assert.match(record.text, /goes -?\d\.\d\d % too fast$/),
	'clock.jump': ({ record }) => assert.match(record.text, /jumps by -?\d+ ms/),
	'database.connection-lost': strikes,
	'database.commit-unknown': strikes,
	'database.serialization-failure': strikes,
	'database.slow-statement': strikes,
	'database.crash': ({ record }) => assert.match(record.text, /the database machine \S+ stops/),
	'point.reply-lost': strikes,
	'point.delivery-repeated': strikes,
	'point.removal-postponed': strikes,
	'point.small-batch': strikes,
};

/** Those of datagrams and disks, which no part of a fleet uses so far: see the tests of these devices. */
const ofDevices: readonly FaultName[] = [
	'network.duplicate',
	'network.reorder',
	'disk.read-error',
	'disk.full',
	'disk.sync-failure',
];

test('every fault has its proof', () => {
	const proved = [...Object.keys(inFleet), ...ofDevices].sort();
	assert.deepEqual(proved, Object.keys(faults).sort());
});

const SEEDS = 60;

for (const [fault, check] of Object.entries(inFleet)) {
	test(`${fault} strikes, alone, does what it says, and not after the world has healed`, async () => {
		for (let seed = 1; seed <= SEEDS; seed++) {
			const report = await runSeed(fleet, { seed, faults: [fault], entries: 50_000 });
			assert.deepEqual(report.failures, [], `seed ${seed}`);
			const healed = report.entries.findIndex(({ kind }) => kind === 'healed');
			assert.ok(healed > 0);
			const healedMs = report.entries[healed]?.atMs ?? 0;
			const traced = report.entries.filter(({ kind }) => kind === 'fault');
			assert.deepEqual(
				traced.map(({ atMs, text }) => [atMs, text]),
				report.faults.map(({ atMs, text }) => [atMs, text]),
			);
			for (const record of report.faults) {
				assert.equal(record.fault, fault);
				assert.ok(record.id.startsWith(`${fault}/`));
				assert.ok(record.atMs <= healedMs, record.id);
			}
			const [record] = report.faults;
			if (record === undefined) continue;
			check(struckBy(report, record, healedMs));
			return;
		}
		assert.fail(`it did not strike in ${SEEDS} seeds`);
	});
}

function struckBy(report: Report, record: FaultRecord, healedMs: number): Struck {
	const lastsMs = Number(/\(for (\d+) ms\)/.exec(record.text)?.[1] ?? 0);
	const untilMs = Math.min(record.atMs + lastsMs - 1, healedMs);
	const afterwards = report.entries.filter(({ atMs }) => atMs >= record.atMs);
	const meanwhile = afterwards.filter(({ atMs }) => atMs < untilMs);
	return { report, record, meanwhile, afterwards };
}

test('without faults none strikes, in a fleet and in one process', async () => {
	const alone: Simulation = simulation('alone', app, { instances: 'one process' }, transfers);
	for (const which of [fleet, alone]) {
		const { faults: struck, failures } = await runSeed(which, { seed: 3, faults: 'none' });
		assert.deepEqual([struck, failures], [[], []]);
	}
});

test('a run replays from the faults that it had, and without one of them is the same until then', async () => {
	let compared = 0;
	for (const seed of [1, 2, 3, 4]) {
		const whole = await runSeed(fleet, { seed, entries: 50_000 });
		const ids = whole.faults.map(({ id }) => id);
		assert.equal(new Set(ids).size, ids.length, 'each id names one occasion');
		const replayed = await runSeed(fleet, { seed, only: ids });
		assert.equal(replayed.traceHash, whole.traceHash, `seed ${seed}`);
		const left = whole.faults[Math.floor(ids.length / 2)];
		if (left === undefined) continue;
		const only = ids.filter((id) => id !== left.id);
		const without = await runSeed(fleet, { seed, only, entries: 50_000 });
		const words = ({ entries }: Report) =>
			entries.filter(({ atMs }) => atMs < left.atMs).map(({ atMs, text }) => `${atMs} ${text}`);
		assert.deepEqual(words(without), words(whole), `seed ${seed}, without ${left.id}`);
		assert.ok(without.faults.every(({ id }) => only.includes(id)));
		// Those that can strike still do: what comes later may have changed with the world.
		const earlier = whole.faults.filter(({ atMs }) => atMs < left.atMs).map(({ id }) => id);
		assert.deepEqual(
			without.faults.slice(0, earlier.length).map(({ id }) => id),
			earlier,
		);
		compared += earlier.length;
	}
	assert.ok(compared > 5, `only ${compared} faults were compared`);
});
