import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { contract } from 'flotilla';
import { z } from 'zod';
import type { World } from '../scenario/scenario.ts';
import type { SimulateOptions } from './options.ts';
import { seedsFrom } from './sim-test.ts';
import { simulate } from './simulate.ts';

const Row = z.object({ id: z.string() });
const Rows = contract('rows', { version: 1, commands: { add: { input: Row } } });

const folder = mkdtempSync(join(import.meta.dirname, '.app-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'app.ts');
writeFileSync(
	file,
	`import { app, contract, service } from 'flotilla';
import { z } from 'zod';
const Rows = contract('rows', {
	version: 1,
	commands: { add: { input: z.object({ id: z.string() }) } },
});
const rows = service(
	Rows,
	{ migrations: [{ name: '0001', sql: 'create table rows (id text primary key);' }] },
	({ tx }) => ({
		commands: { add: ({ id }) => tx(async (t) => void (await t.run\`insert into rows (id) values (\${id})\`)) },
	}),
);
export default app('rows', [rows]);
`,
);
const url = pathToFileURL(file).href;

/** A short run without faults. */
const run = (
	scenario: (world: World) => Promise<void> | void,
	options: Partial<SimulateOptions> = {},
) =>
	simulate(url, { seed: 1, instances: 1, faults: 'none', settleMs: 5_000, ...options }, scenario);

for (const instances of [1, 'one process'] as const) {
	test(`what looks at the committed state changes nothing (${instances})`, async () => {
		const { failures } = await run(
			async (world) => {
				await world.client(Rows).add({ id: 'a' });
				assert.throws(() => world.rows('rows')`delete from rows`, /readonly/);
				assert.throws(
					() => world.rows('rows')`with gone as (select 1) delete from rows`,
					/readonly/,
				);
				assert.deepEqual(
					world.rows('rows')`with one as (select id from rows) select * from one`.map(
						({ id }) => id,
					),
					['a'],
				);
				assert.throws(
					() => world.rows('rowz')`select id from rows`,
					/There is no database of 'rowz'. There are: rows/,
				);
				await world.client(Rows).add({ id: 'b' });
			},
			{ instances },
		);
		assert.deepEqual(failures, []);
	});
}

test('who insists on what cannot work hears of it, who waits in vain hears of the last error', async () => {
	const wrong = await run(async (world) => {
		const add = world.client(Rows).add as (input: unknown) => Promise<void>;
		await world.insist(() => add({ id: 7 }));
	});
	assert.equal(wrong.failures[0]?.kind, 'scenario');
	assert.match(wrong.failures[0]?.message ?? '', /FLOTILLA_INPUT_INVALID/);

	const away = await run(
		async (world) => {
			world.faults.crash('rows-1');
			world.faults.partition(['client-1'], ['rows-1']);
			const rows = world.client(Rows, { on: 'client-1' });
			for (;;) await world.insist(() => rows.add({ id: 'a' }));
		},
		{ forMs: 1_000 },
	);
	assert.equal(away.failures[0]?.kind, 'no progress');
	assert.match(away.failures[0]?.message ?? '', /the last error in it was: FLOTILLA_/);
});

test('a service that the app does not have is named', async () => {
	await assert.rejects(
		run(() => {}, { instances: { rowz: 2 } }),
		{
			name: 'TypeError',
			message: "'instances' names 'rowz', but the app rows has: rows.",
		},
	);
});

test('an app that cannot be imported is named', async () => {
	const nowhere = pathToFileURL(join(tmpdir(), 'nowhere', 'app.ts')).href;
	await assert.rejects(
		simulate(nowhere, { seed: 1 }, () => {}),
		{
			name: 'TypeError',
			message: /nowhere\/app\.ts cannot be imported/,
		},
	);
});

test('an escape in the scenario is told as one', async () => {
	const { failures } = await run(async () => {
		await fetch('http://127.0.0.1:1/');
	});
	assert.deepEqual(
		failures.map(({ kind }) => kind),
		['escape'],
	);
});

test('two failures of the scenario have two names, and one has the same in every seed', async () => {
	const failing = async (text: (seed: number) => string, seed: number) => {
		const { failures } = await run(
			(world) => {
				throw new Error(text(world.seed));
			},
			{ seed },
		);
		return failures[0]?.name;
	};
	const late = (seed: number) => `order ${seed} came ${seed * 3.5} ms too late`;
	assert.equal(await failing(late, 1), 'order … came … ms too late');
	assert.equal(await failing(late, 2), await failing(late, 1));
	assert.notEqual(await failing(() => 'order 1 is lost', 1), await failing(late, 1));
});

test('what an assertion says does not depend on the terminal', async () => {
	const { failures } = await run(() => {
		const error = new assert.AssertionError({
			...{ actual: 'person-4', expected: { by: 'person-0' }, operator: 'strictEqual' },
			message: '\u001b[31mseat A6\u001b[39m\n\u001b[32mactual\u001b[39m expected',
		});
		throw error;
	});
	const message = "ERR_ASSERTION: seat A6\nactual:   'person-4'\nexpected: { by: 'person-0' }";
	assert.deepEqual(
		failures.map((failure) => failure.message),
		[message],
	);
});

test('what fails in the very last event of a run is told', async () => {
	const swallowed = await run(async () => {
		await fetch('http://127.0.0.1:1/').catch(() => {});
	});
	assert.deepEqual(
		swallowed.failures.map(({ kind, name }) => [kind, name]),
		[['escape', 'fetch']],
	);
	const rejected = await run(() => {
		void Promise.reject(new Error('nobody waits for it'));
	});
	assert.deepEqual(
		rejected.failures.map(({ kind, name }) => [kind, name]),
		[['unhandled', 'nobody waits for it']],
	);
});

test('a question without an answer is named, with the last error', async () => {
	const { failures } = await run(
		(world) => {
			world.faults.crash('rows-1');
			world.faults.partition(['client-1'], ['rows-1']);
			world.eventually('it answers', async () => {
				await world.insist(() => world.client(Rows, { on: 'client-1' }).add({ id: 'a' }));
			});
			world.eventually('it never does', () => new Promise(() => {}));
		},
		{ settleMs: 1_000 },
	);
	assert.deepEqual(
		failures.map(({ kind, name }) => [kind, name]),
		[['eventually', 'it never does']],
	);
	assert.match(failures[0]?.message ?? '', /had not been decided 1000 ms after/);
});

test('what must always hold cannot be asynchronous', async () => {
	const { failures } = await run(async (world) => {
		world.always('later', 'rows', async () => true);
		await world.client(Rows).add({ id: 'a' });
	});
	assert.deepEqual(
		failures.map(({ kind, name }) => [kind, name]),
		[['always', 'later']],
	);
	assert.match(failures[0]?.message ?? '', /it is asynchronous/);
});

test('a scenario that does not wait for what it began is wrong', async () => {
	for (const begin of [
		(world: World) => void world.times(1, () => world.sleep(10)),
		(world: World) => void world.insist(() => world.sleep(10)),
	]) {
		const { failures } = await run(begin);
		assert.match(failures[0]?.message ?? '', /returned before .* had ended \(1 under way\)/);
	}
	const { failures } = await run((world) =>
		world.times(1, () => world.insist(() => world.sleep(10))),
	);
	assert.deepEqual(failures, []);
});

test('whatever is thrown is told', async () => {
	const thrown: readonly (readonly [thrown: unknown, message: RegExp])[] = [
		[new Proxy({}, { get: () => assert.fail(), has: () => assert.fail() }), /cannot be shown/],
		[Object.create(null), /\[Object: null prototype\] \{\}/],
		[{ stack: 5 }, /stack: 5/],
		[undefined, /undefined/],
		[null, /null/],
		['words', /words/],
	];
	for (const [value, message] of thrown) {
		const inScenario = await run(() => {
			throw value;
		});
		assert.match(inScenario.failures[0]?.message ?? '', message);
		const unhandled = await run(async (world) => {
			void Promise.reject(value);
			await world.sleep(10);
		});
		assert.equal(unhandled.failures[0]?.kind, 'unhandled');
		assert.match(unhandled.failures[0]?.message ?? '', message);
		const inCheck = await run(async (world) => {
			world.always('never', 'rows', () => {
				throw value;
			});
			await world.client(Rows).add({ id: 'a' });
		});
		assert.equal(inCheck.failures[0]?.kind, 'always');
		assert.match(inCheck.failures[0]?.message ?? '', message);
	}
});

test('what is not known is refused, and nothing runs', async () => {
	const refused: readonly (readonly [options: object, message: RegExp])[] = [
		[{ instance: 2 }, /There is no option 'instance'\. There are: seed, instances,/],
		[{ instances: 'two' }, /'instances' is 'two'/],
		[{ faults: 7 }, /'faults' is 7/],
		[{ only: '3' }, /'only' is no list/],
		[{ drain: 'sink' }, /'drain' is sink/],
	];
	for (const [options, message] of refused) {
		await assert.rejects(
			run(() => assert.fail('it ran'), options),
			{ name: 'TypeError', message },
		);
	}
	await assert.rejects(
		simulate({ old: url } as never, { seed: 1 }, () => {}),
		{ name: 'TypeError', message: /`\{ old, new \}` with two of them/ },
	);
	assert.throws(() => seedsFrom([]), /'seeds' is empty/);
	assert.throws(() => seedsFrom(0), /'seeds' is empty/);
});
