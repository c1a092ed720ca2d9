import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { explanationText } from '../explanation/text.ts';
import { verifyHistory } from './verify-history.ts';

const folder = fileURLToPath(new URL('../../histories', import.meta.url));

interface Expected {
	readonly verdict: 'ok' | 'violation' | 'unknown';
	readonly why: string;
}

for (const model of readdirSync(folder).sort()) {
	describe(`histories of the model ${model}`, () => {
		const read = (name: string) => readFileSync(`${folder}/${model}/${name}`, 'utf8');
		const expected: Record<string, Expected> = JSON.parse(read('verdicts.json'));

		test('each has a verdict, and each verdict a history', () => {
			const names = readdirSync(`${folder}/${model}`).filter((name) => name.endsWith('.jsonl'));
			const known = Object.keys(expected).map((name) => `${name}.jsonl`);
			assert.deepEqual(names.sort(), known.sort());
		});

		for (const [name, { verdict, why }] of Object.entries(expected)) {
			test(`${name} is ${verdict}: ${why}`, () => {
				const result = verifyHistory(read(`${name}.jsonl`));
				const found = result.verdict === 'violation' ? explanationText(result.explanation) : '';
				assert.equal(result.verdict, verdict, found);
			});
		}
	});
}
