import assert from 'node:assert/strict';
import { experimentWith, failureFrom, record, type World } from './laboratory.ts';
import type { Register } from './service-suite.ts';

const principal = (subject: string, issuer = 'https://issuer.example') => ({
	principal: { subject, issuer, scopes: [] },
});

/** What holds for idempotency keys. */
export function idempotency(scenario: Register): void {
	scopes(scenario);
	keys(scenario);
	duplicates(scenario);
	takingOver(scenario);
}

function scopes(scenario: Register): void {
	scenario('a key counts for one principal, issuer and operation', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async ({ id }) => ({ id, run: ++runs }),
			async ({ act }) => {
				const callers = [
					{},
					principal('ann'),
					principal('bob'),
					principal('ann', 'https://other.example'),
					principal('ann"],["'),
					principal('half a pair: \ud800'),
					{ ...principal('ann'), operation: 'actAlike' as const },
				];
				for (let time = 0; time < 2; time++) {
					for (const [index, caller] of callers.entries()) {
						const answer = await act({ id: 'a' }, { ...caller, idempotencyKey: 'k' });
						assert.deepEqual(answer, { id: 'a', run: index + 1 });
					}
				}
			},
		);
	});

	scenario('a key that was used for another input is refused', (engine) =>
		experimentWith(
			engine,
			(input, _call, environment) => record(environment, input),
			async ({ act, failure, ids }) => {
				const key = { idempotencyKey: 'k' };
				const reused = { code: 'FLOTILLA_IDEMPOTENCY_KEY_REUSED', effect: 'none' };
				const first = await act({ id: 'a', note: 'x' }, key);
				assert.deepEqual(await failure({ id: 'b', note: 'x' }, key), reused);
				assert.deepEqual(await failure({ id: 'a' }, key), reused);
				// The order of fields is no difference.
				assert.deepEqual(await act({ note: 'x', id: 'a' }, key), first);
				assert.deepEqual(await ids(), ['a']);
			},
		),
	);
}

function keys(scenario: Register): void {
	scenario('keys that are malformed, too old or too far ahead are refused', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async ({ id }) => ({ id, run: ++runs }),
			async ({ act, failure, fleet }) => {
				const nowMs = fleet.host.clock.wallMs();
				const dayMs = 86_400_000;
				const bad = ['', ' ', ' k', 'k ', 'kéy', 'k\n', 'k\0', 'x'.repeat(256)];
				const invalid = { code: 'FLOTILLA_IDEMPOTENCY_KEY_INVALID', effect: 'none' };
				for (const idempotencyKey of [...bad, uuidOf(nowMs + 2 * dayMs)]) {
					assert.deepEqual(await failure({ id: 'a' }, { idempotencyKey }), invalid);
				}
				const expired = { code: 'FLOTILLA_IDEMPOTENCY_KEY_EXPIRED', effect: 'none' };
				const idempotencyKey = uuidOf(nowMs - 8 * dayMs);
				assert.deepEqual(await failure({ id: 'a' }, { idempotencyKey }), expired);
				assert.equal(runs, 0);
				const good = ['k', 'a b', '~', 'x'.repeat(255), uuidOf(nowMs), uuidOf(nowMs - 6 * dayMs)];
				for (const idempotencyKey of good) await act({ id: 'a' }, { idempotencyKey });
				assert.equal(runs, good.length);
			},
		);
	});

	scenario('a big answer is recorded, and one beyond the limit is refused', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async ({ id, note }, _call, { tx }) =>
				tx(async (t) => {
					runs += 1;
					await t.run`insert into acts (id) values (${id})`;
					return { id: 'ü"\\'.repeat(Number(note)), run: runs };
				}),
			async ({ act, failure, ids }) => {
				const key = { idempotencyKey: 'k' };
				const first = await act({ id: 'a', note: '500000' }, key);
				assert.deepEqual(await act({ id: 'a', note: '500000' }, key), first);
				assert.equal(runs, 1);
				const refused = { code: 'FLOTILLA_OUTPUT_INVALID', effect: 'none' };
				assert.deepEqual(await failure({ id: 'b', note: '1000000' }), refused);
				assert.deepEqual(await ids(), ['a']);
			},
		);
	});
}

function duplicates(scenario: Register): void {
	scenario('of twenty at once with one key one runs, and all get its answer', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			(input, _call, environment) => record(environment, input, ++runs),
			async ({ act, ids, sightings }) => {
				const answers = await twenty(() => act({ id: 'a' }, { idempotencyKey: 'k' }));
				for (const answer of answers) assert.deepEqual(answer, { id: 'a', run: 1 });
				assert.equal(runs, 1);
				assert.deepEqual(await ids(), ['a']);
				assert.deepEqual(await sightings(), ['a']);
			},
		);
	});

	scenario('of twenty with other inputs under one key one runs', (engine) =>
		experimentWith(
			engine,
			(input, _call, environment) => record(environment, input),
			async ({ act, ids }) => {
				const outcomes = await twenty((index) =>
					act({ id: `a${index}` }, { idempotencyKey: 'k' }).then(
						() => 'answered',
						(error) => failureFrom(error).code,
					),
				);
				const refused = Array(19).fill('FLOTILLA_IDEMPOTENCY_KEY_REUSED');
				assert.deepEqual(outcomes, ['answered', ...refused]);
				assert.deepEqual(await ids(), ['a0']);
			},
		),
	);

	scenario('all who wait for one that fails hear the same of its effect', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async (input, _call, environment) => {
				runs += 1;
				if (input.note === 'after') await record(environment, input);
				await environment.read(() => {});
				throw new TypeError('a bug');
			},
			async ({ failure }) => {
				for (const [note, effect] of [
					['before', 'none'],
					['after', 'done'],
				] as const) {
					runs = 0;
					const failures = await twenty(() =>
						failure({ id: 'a', note }, { idempotencyKey: `k ${note}` }),
					);
					const expected = { code: 'FLOTILLA_HANDLER_FAILED', effect };
					for (const one of failures) assert.deepEqual(one, expected);
					assert.equal(runs, 1);
				}
			},
		);
	});

	scenario('a declared error is the answer to all who wait', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async ({ id }, { errors }) => {
				runs += 1;
				throw errors.refused({ id });
			},
			async ({ failure }) => {
				const failures = await twenty(() => failure({ id: 'a' }, { idempotencyKey: 'k' }));
				for (const one of failures) assert.deepEqual(one, { code: 'refused', effect: 'none' });
				assert.equal(runs, 1);
			},
		);
	});
}

/** The first one is given up; one of those who wait is not. */
function takingOver(scenario: Register): void {
	const ways = {
		'its caller aborts': { code: 'FLOTILLA_CANCELLED', abort: true },
		'its deadline passes': { code: 'FLOTILLA_DEADLINE_EXCEEDED', timeoutMs: 1_000 },
	} as const;
	for (const [how, way] of Object.entries(ways)) {
		scenario(`when ${how}, another one with the same key takes over`, async (engine) => {
			let runs = 0;
			const started = Promise.withResolvers<void>();
			await experimentWith(
				engine,
				async (input, _call, environment) => {
					runs += 1;
					if (runs > 1) return record(environment, input, runs);
					started.resolve();
					// It never ends, whatever its signal says.
					return new Promise(() => {});
				},
				async (world) => {
					const controller = new AbortController();
					const first = giveUp(
						world,
						controller.signal,
						'timeoutMs' in way ? way.timeoutMs : 9_000,
					);
					await started.promise;
					const others = twenty(() => world.act({ id: 'a' }, { idempotencyKey: 'k' }));
					if ('abort' in way) controller.abort();
					assert.deepEqual(await first, { code: way.code, effect: 'unknown' });
					for (const answer of await others) assert.deepEqual(answer, { id: 'a', run: 2 });
					assert.equal(runs, 2);
					assert.deepEqual(await world.sightings(), ['a']);
				},
			);
		});
	}

	scenario('who was given up before its transaction has no effect any more', async (engine) => {
		const started = Promise.withResolvers<void>();
		const first = Promise.withResolvers<void>();
		const resumed = Promise.withResolvers<unknown>();
		let runs = 0;
		await experimentWith(
			engine,
			async (input, _call, environment) => {
				runs += 1;
				const run = runs;
				if (run > 1) return record(environment, input, run);
				started.resolve();
				await first.promise;
				const late = record(environment, input, run);
				resumed.resolve(late.then(() => 'it committed', failureFrom));
				return late;
			},
			async (world) => {
				const controller = new AbortController();
				const given = giveUp(world, controller.signal, 9_000);
				await started.promise;
				controller.abort();
				await given;
				assert.deepEqual(await world.act({ id: 'a' }, { idempotencyKey: 'k' }), {
					id: 'a',
					run: 2,
				});
				first.resolve();
				const late = { code: 'FLOTILLA_CANCELLED', effect: 'none' };
				assert.deepEqual(await resumed.promise, late);
				assert.deepEqual(await world.ids(), ['a']);
			},
		);
	});
}

function giveUp(world: World, signal: AbortSignal, timeoutMs: number) {
	return world.failure({ id: 'a' }, { idempotencyKey: 'k', signal, timeoutMs });
}

function twenty<T>(act: (index: number) => Promise<T>): Promise<T[]> {
	return Promise.all(Array.from({ length: 20 }, (_, index) => act(index)));
}

/** A UUIDv7 of that moment. */
function uuidOf(timeMs: number): string {
	const hex = Math.floor(timeMs).toString(16).padStart(12, '0');
	return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-0123456789ab`;
}
