import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { appOf } from './generated-app.ts';

const root = join(import.meta.dirname, '..', '..');
const operationsPerService = 5;

test('an operation costs the compiler at most 900 type instantiations', () => {
	// The difference of two sizes leaves out what the libraries cost by themselves.
	const small = instantiationsOf(20);
	const large = instantiationsOf(120);
	const perOperation = (large - small) / ((120 - 20) * operationsPerService);
	console.log(`type instantiations per operation: ${Math.round(perOperation)}`);
	assert.ok(perOperation > 50, 'the measurement does not see the operations');
	assert.ok(perOperation <= 900, `${perOperation} instantiations per operation`);
});

/** What the compiler counts for an app of so many services, each calling the next one. */
function instantiationsOf(services: number): number {
	const parent = join(root, 'node_modules', '.flotilla-type-budget');
	mkdirSync(parent, { recursive: true });
	const folder = mkdtempSync(join(parent, 'app-'));
	try {
		writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
		for (const [name, text] of appOf(services)) writeFileSync(join(folder, name), text);
		writeFileSync(
			join(folder, 'tsconfig.json'),
			JSON.stringify({
				extends: join(root, 'tsconfig.base.json'),
				compilerOptions: {
					composite: false,
					declarationMap: false,
					noEmit: true,
					types: ['node'],
					allowImportingTsExtensions: true,
				},
				include: ['*.ts'],
			}),
		);
		const tsc = join(root, 'node_modules', '.bin', 'tsc');
		const output = execFileSync(tsc, ['-p', folder, '--extendedDiagnostics'], { encoding: 'utf8' });
		const count = /Instantiations:\s+(\d+)/.exec(output)?.[1];
		assert.ok(count, `the compiler printed no count:\n${output}`);
		return Number(count);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
