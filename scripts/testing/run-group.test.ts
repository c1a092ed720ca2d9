import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runGroup } from './run-group.mjs';

const IMPORT = "import { describe, test } from 'node:test';\n";
const QUIET = 'export default async function* (source) { for await (const _ of source); }';
const SAMPLES = {
	mixed: `describe('suite', () => {
		test('good', () => {});
		test('skipped', { skip: 'no engine' }, () => {});
		test('bad', () => { throw new Error('on purpose'); });
	});`,
	good: "test('good', () => {});",
	empty: '',
	broken: "throw new Error('on purpose');",
	exits: "test('good', () => {}); test('leaves', () => process.exit(0)); test('never', () => {});",
};

for (const isolation of ['none', 'process'] as const) {
	const run = async (...names: (keyof typeof SAMPLES)[]) => {
		const root = mkdtempSync(join(tmpdir(), 'flotilla-run-group-'));
		try {
			const files = names.map((name) => join(root, `${name}.test.mjs`));
			names.forEach((name, at) => {
				writeFileSync(files[at] as string, IMPORT + SAMPLES[name]);
			});
			const quiet = { show: join(root, 'quiet.mjs') };
			writeFileSync(quiet.show, QUIET);
			return await runGroup({ files, isolation, timeoutMs: 20_000, root, ...quiet });
		} finally {
			rmSync(root, { recursive: true, force: true });
		}
	};

	test(`${isolation}: tests are counted, suites and files are not`, async () => {
		const { passed, failed, skipped, reasons, problems } = await run('mixed', 'good');
		assert.deepEqual({ passed, failed, skipped }, { passed: 2, failed: 1, skipped: 1 });
		assert.deepEqual([...reasons], [['no engine', 1]]);
		assert.deepEqual(problems, []);
	});

	test(`${isolation}: a file without tests is a failure`, async () => {
		const { passed, failed, problems } = await run('good', 'empty');
		assert.deepEqual({ passed, failed }, { passed: 1, failed: 1 });
		assert.match(String(problems), /empty\.test\.mjs: no test ran/);
	});

	test(`${isolation}: a file that cannot be loaded is a failure`, async () => {
		assert.equal((await run('broken')).failed, 1);
	});

	test(`${isolation}: a test that leaves by process.exit(0) is a failure`, async () => {
		const { failed, problems } = await run('exits');
		assert.equal(failed, 1);
		assert.match(String(problems), /process\.exit\(\)/);
	});
}
