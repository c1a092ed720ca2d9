import assert from 'node:assert/strict';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { bank } from './bank.ts';
import { replacementsOf } from './mutant.ts';

const MUTANTS_MIN = 12;

test('every bug of the bank fits the code as it is, and what it makes of it can be loaded', () => {
	assert.ok(bank.length >= MUTANTS_MIN);
	assert.equal(new Set(bank.map(({ name }) => name)).size, bank.length);
	for (const mutant of bank) {
		for (const source of replacementsOf(mutant).values()) {
			assert.doesNotThrow(() => stripTypeScriptTypes(source), mutant.name);
		}
	}
});
