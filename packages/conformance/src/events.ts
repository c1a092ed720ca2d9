import assert from 'node:assert/strict';
import { type Behaviour, openRelay, type ReceiverName, type SentLetter } from './relay.ts';
import type { Register } from './service-suite.ts';

const well: Behaviour = () => {};

/** What holds for events and their delivery. */
export function events(scenario: Register): void {
	delivery(scenario);
	stuck(scenario);
	restarts(scenario);
}

function delivery(scenario: Register): void {
	scenario('an event reaches every subscriber with its id and on whose behalf', async (engine) => {
		const arrivals: unknown[] = [];
		const principal = { subject: 'ann', issuer: 'https://issuer.example', scopes: ['user'] };
		const note: Behaviour = (receiver, _letter, moment, arrival) => {
			if (moment === 'before') arrivals.push({ receiver, ...arrival });
		};
		await using relay = await openRelay(engine, note);
		await relay.sendFor(principal, { key: 'a', ordinal: 1 });
		await relay.arrived('alpha', 1);
		await relay.arrived('beta', 1);
		const [{ id }] = arrivals as [{ id: string }];
		const expected = ['alpha', 'beta'].map((receiver) => ({ receiver, id, principal }));
		assert.deepEqual(sorted(arrivals), sorted(expected));
	});

	scenario('a delivery belongs to the trace of the command that emitted', async (engine) => {
		await using relay = await openRelay(engine, well);
		await relay.send({ key: 'a', ordinal: 1 });
		await relay.arrived('alpha', 1);
		const spans = relay.fleet.telemetry.spans.list();
		const command = spans.find(({ name }) => name === 'sender@1/send')?.trace;
		const delivered = spans.find(({ name }) => name === 'alpha on sender@1/sent')?.trace;
		assert.ok(command && delivered);
		assert.equal(delivered.traceId, command.traceId);
		assert.equal(delivered.parentSpanId, command.spanId);
		const metrics = relay.fleet.telemetry.metrics.prometheusText();
		const labels =
			'messaging_destination_name="sender@1/sent",messaging_consumer_group_name="alpha",outcome="ok"';
		assert.ok(metrics.includes(`messaging_process_duration_seconds_count{${labels}} 1`), metrics);
	});

	scenario('events of one transaction arrive in their order', async (engine) => {
		await using relay = await openRelay(engine, well);
		const letters = letterRange('a', 1, 200);
		await relay.send(...letters);
		await relay.arrived('alpha', 200);
		assert.deepEqual(await relay.letters('alpha'), letters);
	});

	scenario(
		'nothing is left behind, neither of what arrived nor of what nobody hears',
		async (engine) => {
			const relay = await openRelay(engine, well);
			await relay.send(...letterRange('a', 1, 20));
			await relay.sendUnheard({ key: 'a', ordinal: 1 });
			await relay.arrived('alpha', 20);
			await relay.arrived('beta', 20);
			await relay.fleet.close();
			const database = await engine.databases.open('sender', { folder: engine.dataDir });
			const left = await database.snapshot((session) =>
				session.query({ strings: ['select count(*) as count from flotilla_outbox'], values: [] }),
			);
			await database.close();
			assert.deepEqual(
				left.rows.map(({ count }) => Number(count)),
				[0],
			);
		},
	);
}

function stuck(scenario: Register): void {
	scenario('a delivery that fails is tried again and holds up its own key only', async (engine) => {
		let failures = 0;
		await using relay = await openRelay(engine, (_receiver, { key }, moment) => {
			if (key !== 'bad' || failures >= 4) return;
			if (moment === (failures % 2 === 0 ? 'before' : 'after')) {
				failures += 1;
				throw new Error('not yet');
			}
		});
		await relay.send(...letterRange('bad', 1, 3), ...letterRange('good', 1, 3));
		await relay.arrived('alpha', 6);
		const letters = await relay.letters('alpha');
		assert.deepEqual(ofKey(letters, 'bad'), [1, 2, 3]);
		assert.deepEqual(ofKey(letters, 'good'), [1, 2, 3]);
		assert.equal(failures, 4);
	});

	scenario('thousands of events behind a stuck key do not hold up other keys', async (engine) => {
		let isStuck = true;
		await using relay = await openRelay(
			engine,
			(_receiver, { key }) => {
				if (key === 'bad' && isStuck) throw new Error('not yet');
			},
			['alpha'],
		);
		for (let first = 1; first <= 2_100; first += 700) {
			await relay.send(...letterRange('bad', first, 700));
		}
		await relay.send(...letterRange('good', 1, 300));
		await relay.arrived('alpha', 300);
		assert.deepEqual(ofKey(await relay.letters('alpha'), 'bad'), []);
		isStuck = false;
		await relay.send(...letterRange('bad', 2_101, 10));
		await relay.arrived('alpha', 2_410);
		const bad = ofKey(await relay.letters('alpha'), 'bad');
		assert.deepEqual(
			bad,
			letterRange('bad', 1, 2_110).map(({ ordinal }) => ordinal),
		);
	});

	scenario('a subscriber that fails always does not hold up another', async (engine) => {
		await using relay = await openRelay(engine, (receiver) => {
			if (receiver === 'alpha') throw new Error('broken');
		});
		const letters = Array.from({ length: 3_000 }, (_, index) => ({ key: `k${index}`, ordinal: 1 }));
		for (let first = 0; first < letters.length; first += 1_000) {
			await relay.send(...letters.slice(first, first + 1_000));
		}
		await relay.arrived('beta', letters.length);
		assert.deepEqual(await relay.letters('alpha'), []);
	});
}

function restarts(scenario: Register): void {
	scenario(
		'what waits for a subscriber that is left out waits until it is back',
		async (engine) => {
			const broken = await openRelay(engine, (receiver) => {
				if (receiver === 'beta') throw new Error('broken');
			});
			await broken.send(...letterRange('a', 1, 3));
			await broken.arrived('alpha', 3);
			await broken.fleet.close();
			const without = await openRelay(engine, well, ['alpha']);
			await without.send({ key: 'a', ordinal: 4 });
			await without.arrived('alpha', 4);
			await without.fleet.close();
			await using again = await openRelay(engine, well);
			await again.arrived('beta', 3);
			assert.deepEqual(ofKey(await again.letters('beta'), 'a'), [1, 2, 3]);
			assert.deepEqual(ofKey(await again.letters('alpha'), 'a'), [1, 2, 3, 4]);
		},
	);

	for (const seed of [1, 2, 3]) {
		scenario(`each event has its effect once, in order, whatever fails (${seed})`, (engine) =>
			hardship(engine, seed),
		);
	}
}

/** Producers send at once while receivers fail at random and the fleet is closed at random. */
async function hardship(engine: Parameters<typeof openRelay>[0], seed: number): Promise<void> {
	const chance = chanceOf(seed);
	const unreliable: Behaviour = (_receiver, _letter, _moment) => {
		if (chance() < 0.1) throw new Error('bad luck');
	};
	const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
	const sent = new Map(keys.map((key) => [key, 0]));
	let total = 0;
	for (let life = 0; life < 3; life++) {
		await using relay = await openRelay(engine, unreliable);
		const producers = keys.map(async (key) => {
			for (let count = 0; count < 5 + chance() * 5; count++) {
				const ordinal = (sent.get(key) ?? 0) + 1;
				const letters = letterRange(key, ordinal, 1 + Math.floor(chance() * 3));
				await relay.send(...letters);
				sent.set(key, ordinal + letters.length - 1);
				total += letters.length;
			}
		});
		await Promise.all(producers);
		// It closes while the rest is still on its way.
		await relay.arrived('alpha', Math.floor(total * chance()));
	}
	await using relay = await openRelay(engine, well);
	for (const name of ['alpha', 'beta'] as const) {
		await relay.arrived(name, total);
		await checkLetters(await relay.letters(name), sent, name);
	}
}

function checkLetters(
	letters: readonly SentLetter[],
	sent: ReadonlyMap<string, number>,
	name: ReceiverName,
): void {
	for (const [key, last] of sent) {
		const expected = letterRange(key, 1, last).map(({ ordinal }) => ordinal);
		assert.deepEqual(ofKey(letters, key), expected, `${key} at ${name}`);
	}
}

function letterRange(key: string, first: number, count: number): SentLetter[] {
	return Array.from({ length: count }, (_, index) => ({ key, ordinal: first + index }));
}

function ofKey(letters: readonly SentLetter[], key: string): number[] {
	return letters.filter((letter) => letter.key === key).map(({ ordinal }) => ordinal);
}

function sorted(values: readonly unknown[]): string[] {
	return values.map((value) => JSON.stringify(value)).sort();
}

/** The minimal standard generator: numbers from 0 to 1 that a seed repeats. */
function chanceOf(seed: number): () => number {
	let state = seed * 7_919;
	return () => {
		state = (state * 48_271) % 0x7fffffff;
		return state / 0x7fffffff;
	};
}
