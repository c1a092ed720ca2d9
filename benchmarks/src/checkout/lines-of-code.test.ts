import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { linesIn, linesOfCode } from './lines-of-code.ts';

test('blank lines and comments of either kind do not count, code with a comment behind it does', () => {
	const text = '\n// one\n/* two */\n/**\n * three\n */\nconst a = 1; // four\n\n\tcall();\n';
	assert.equal(linesIn(text), 2);
});

test('tests, simulations and the goods of the catalogue do not count', (t) => {
	const folder = mkdtempSync(join(tmpdir(), 'lines-'));
	t.after(() => rmSync(folder, { recursive: true }));
	mkdirSync(join(folder, 'below'));
	const names = ['a.ts', 'below/b.ts', 'a.test.ts', 'a.sim.ts', 'testing-a.ts', 'catalogue.ts'];
	for (const name of [...names, 'order-scenarios.ts', 'a.json']) {
		writeFileSync(join(folder, name), 'one();\ntwo();\n');
	}
	assert.equal(linesOfCode([folder]), 4);
	assert.equal(linesOfCode([join(folder, 'a.ts')]), 2);
});
