import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { flotilla, inFolder } from '../sim/testing-command.ts';
import { firstDifference } from './first-difference.ts';

const CONTRACTS = `
import { contract } from 'flotilla';
import { z } from 'zod';
const Id = z.object({ id: z.string() });
export const Orders = contract('orders', {
	version: 1,
	queries: { get: { input: Id, output: Id, http: 'GET /orders/{id}', auth: 'public' } },
	events: { placed: { data: Id, key: 'id' } },
});
export const Users = contract('users', { version: 1, queries: { all: { output: z.array(Id) } } });
`;

const APP = `
import { app, service } from 'flotilla';
import { Orders, Users } from './contracts.ts';
const orders = service(Orders, { migrations: [] }, () => ({ queries: { get: (one) => one } }));
const users = service(Users, () => ({ queries: { all: () => [] } }));
export default app('shop', [users, orders]);
`;

const FILES = { 'contracts.ts': CONTRACTS, 'app.ts': APP };

test('the contracts of an app and those of a module give the same text, whatever their order', async () => {
	await inFolder(FILES, async (folder) => {
		for (const format of ['openapi', 'json-schema', 'asyncapi']) {
			const run = (...args: readonly string[]) =>
				flotilla(folder, 'contract', 'export', format, ...args);
			const ofApp = await run();
			assert.equal(ofApp.code, 0, ofApp.stderr);
			const ofModule = await run('contracts.ts', '--title', 'shop', '--version', '1.0.0');
			assert.equal(ofModule.stdout, ofApp.stdout);
			assert.ok(ofApp.stdout.endsWith('}\n'));
		}
		const openapi = await flotilla(folder, 'contract', 'export', 'openapi', '--version', '2.0.0');
		assert.deepEqual(JSON.parse(openapi.stdout).info, { title: 'shop', version: '2.0.0' });
	});
});

test('a file is kept, found to be as it should be however it is formatted, and found stale', async () => {
	await inFolder(FILES, async (folder) => {
		const run = (...args: readonly string[]) =>
			flotilla(folder, 'contract', 'export', 'asyncapi', ...args);
		const missing = await run('--check', 'api/async.json');
		assert.equal(missing.code, 1);
		const kept = await run('--out', 'api/async.json');
		assert.deepEqual(kept, { code: 0, stdout: '', stderr: '' });
		const path = join(folder, 'api/async.json');
		writeFileSync(path, JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))));
		assert.deepEqual(await run('--check', 'api/async.json'), { code: 0, stdout: '', stderr: '' });
		writeFileSync(join(folder, 'contracts.ts'), CONTRACTS.replace('placed:', 'ordered:'));
		const before = readFileSync(path, 'utf8');
		const stale = await run('--check', 'api/async.json');
		assert.equal(stale.code, 1);
		assert.match(stale.stderr, /stale: it differs at \/channels\/orders\.v1\.placed\. /);
		assert.equal(readFileSync(path, 'utf8'), before);
		const both = await run('--check', 'a.json', '--out', 'b.json');
		assert.equal(both.code, 2);
	});
});

test('what has no contracts, or too many, or is a program, is exit code 2 and runs nothing', async () => {
	const files = {
		'empty.ts': 'export const one = 1;',
		'two.ts': `${CONTRACTS}\nexport const Newer = contract('orders', { version: 2 });`,
		'twice.ts': `${CONTRACTS}\nexport const Other = contract('orders', { version: 1 });`,
		'busy.ts': `${CONTRACTS}\nsetInterval(() => {}, 1_000);`,
		'main.ts': `
			import { main } from 'flotilla/run';
			await main(async () => { console.log('it runs'); return undefined; });`,
	};
	await inFolder(files, async (folder) => {
		const refused = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
			const { code, stdout, stderr } = await flotilla(folder, 'contract', 'export', ...args);
			assert.equal(code, 2, stderr);
			assert.equal(stdout, '');
			assert.match(stderr, pattern);
		};
		await refused(/exports no contract, service or app/, 'openapi', 'empty.ts');
		await refused(/not for orders@1, orders@2/, 'openapi', 'two.ts');
		await refused(/exports two contracts orders@1/, 'json-schema', 'twice.ts');
		await refused(/starts a program/, 'openapi', 'main.ts');
		await refused(/openapi, json-schema, asyncapi/, 'openapy', 'two.ts');
		const busy = await flotilla(folder, 'contract', 'export', 'openapi', 'busy.ts');
		assert.equal(busy.code, 0, 'what the module has begun is not waited for');
		const both = await flotilla(folder, 'contract', 'export', 'json-schema', 'two.ts');
		assert.equal(both.code, 0, 'where names have versions, both have room');
	});
});

test('two documents differ where the first member does', () => {
	assert.equal(firstDifference({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), undefined);
	assert.equal(firstDifference({ a: 1, b: 2 }, { b: 2, a: 1 }), undefined);
	assert.equal(firstDifference({ a: [1, { 'b/c': 2 }] }, { a: [1, { 'b/c': 3 }] }), '/a/1/b~1c');
	assert.equal(firstDifference({ a: 1 }, { a: 1, b: undefined }), '/b');
	assert.equal(firstDifference([], {}), '');
	assert.equal(firstDifference(null, {}), '');
});
