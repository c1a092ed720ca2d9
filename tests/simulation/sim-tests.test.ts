import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const app = `
import { app, contract, service } from 'flotilla';
import { z } from 'zod';
const One = z.object({ id: z.string() });
export const Counter = contract('counter', {
	version: 1,
	commands: { add: { input: One, output: One } },
});
const counter = service(
	Counter,
	{ migrations: [{ name: '0001', sql: 'create table added (id text primary key);' }] },
	({ tx }) => ({
		commands: {
			add: (one) => tx(async (t) => { await t.run\`insert into added (id) values (\${one.id})\`; return one; }),
		},
	}),
);
export default app('counting', [counter]);
`;

const simulations = `
import { simulation } from '@flotilla/simulator';
import { Counter } from './app.ts';
const add = (most) => async (world) => {
	world.always('few are added', 'counter', (rows) => rows\`select id from added\`.length < most);
	for (let count = 0; count < 3; count++) {
		await world.insist(() => world.client(Counter).add({ id: String(count) }, { idempotencyKey: String(count) }));
	}
};
const options = { instances: 1, forMs: 1_000 };
export const sound = simulation('sound', import.meta.resolve('./app.ts'), options, add(10));
export const broken = simulation('broken', import.meta.resolve('./app.ts'), options, add(2));
`;

const tests = `
import { simTest, simTests } from '@flotilla/simulator';
import { sound } from './counter.sim.ts';
simTests(import.meta.resolve('./counter.sim.ts'), { seeds: 2 });
simTest(sound, { seeds: [7], regressions: import.meta.resolve('./regressions/') });
`;

/** An earlier finding of a simulation: it is replayed without any fault. */
const regressionOf = (simulation: string): string =>
	JSON.stringify({ version: 1, simulation, seed: 99, only: [], found: {} });

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the simulations of a file and their saved findings are tests; what is found says how to replay it', async () => {
	mkdirSync(join(root, '.flotilla'), { recursive: true });
	const folder = mkdtempSync(join(root, '.flotilla/sim-tests-'));
	try {
		mkdirSync(join(folder, 'regressions'));
		const files = { 'app.ts': app, 'counter.sim.ts': simulations, 'counter.test.ts': tests };
		for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
		for (const name of ['sound', 'broken']) {
			writeFileSync(join(folder, `regressions/${name}.json`), regressionOf(name));
		}
		const { NODE_TEST_CONTEXT: _, ...env } = process.env;
		const args = [
			'--conditions=flotilla-src',
			'--test-reporter=tap',
			join(folder, 'counter.test.ts'),
		];
		const failed = await promisify(execFile)(process.execPath, args, { cwd: folder, env }).catch(
			(error: { readonly code: number; readonly stdout: string }) => error,
		);
		const { stdout } = failed;
		assert.equal('code' in failed && failed.code, 1, stdout);
		assert.match(stdout, /^ {4}ok \d - sound$/m);
		assert.match(stdout, /^ok \d - sound$/m);
		assert.match(stdout, /not ok \d - broken/);
		assert.match(stdout, /always: few are added/);
		assert.match(stdout, /It takes no fault at all/);
		assert.match(stdout, /seed 99/, 'the saved finding is replayed first');
		assert.match(stdout, /come back: {2}npx flotilla sim regressions\/broken\.json --trace/);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
