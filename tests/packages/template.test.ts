import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type BatchResult, runBatch } from '@flotilla/simulator';

const template = new URL('../../packages/cli/templates/app/', import.meta.url);
const app = new URL('src/app.ts', template);

function runSeeds(replacements: ReadonlyMap<string, string>): Promise<BatchResult> {
	const files = [new URL('src/app.sim.ts', template).href];
	return runBatch({ files, seeds: [1, 2, 3, 4, 5], options: { replacements } });
}

test('nothing is found in the project that flotilla new makes', async () => {
	const { runs, findings, never } = await runSeeds(new Map());
	assert.equal(runs, 5);
	assert.deepEqual(findings, []);
	assert.deepEqual(never, []);
});

test("the bug that the project's page proposes is found", async () => {
	const page = readFileSync(new URL('README.md', template), 'utf8');
	const condition = /take `(?<condition> and [^`]+)` out of `pay`/.exec(page)?.groups?.condition;
	const source = readFileSync(fileURLToPath(app), 'utf8');
	const [before, after, ...more] = source.split(condition ?? '\0');
	assert.ok(before && after && more.length === 0, `${condition} is not once in the service`);
	const { findings } = await runSeeds(new Map([[app.href, before + after]]));
	const failures = findings.map(({ failure }) => `${failure.kind}: ${failure.name}`);
	assert.deepEqual(failures, ['always: no card is overdrawn']);
});
