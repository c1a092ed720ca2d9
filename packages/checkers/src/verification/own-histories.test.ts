import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { explanationText } from '../explanation/text.ts';
import { verifiable, verifyHistory } from './verify-history.ts';

const folder = fileURLToPath(new URL('../../histories', import.meta.url));

interface Expected {
	readonly verdict: 'ok' | 'violation' | 'unknown';
	readonly why: string;
	/** `NAME.jsonl` where it is not said. */
	readonly file?: string;
	/** Where the file does not say so itself. */
	readonly model?: string;
}

const counts = { ok: 0, violation: 0, unknown: 0 };

const groups = readdirSync(folder).sort();
for (const group of groups) {
	describe(`histories: ${group}`, () => {
		const read = (name: string) => readFileSync(`${folder}/${group}/${name}`, 'utf8');
		const expected: Record<string, Expected> = JSON.parse(read('verdicts.json'));

		test('each has a verdict, and each verdict a history', () => {
			const names = readdirSync(`${folder}/${group}`).filter((name) => name !== 'verdicts.json');
			const known = Object.entries(expected).map(([name, { file = `${name}.jsonl` }]) => file);
			assert.deepEqual(names.sort(), known.sort());
		});

		for (const [name, { verdict, why, file = `${name}.jsonl`, model }] of Object.entries(
			expected,
		)) {
			test(`${name} is ${verdict}: ${why}`, () => {
				const result = verifyHistory(read(file), model === undefined ? {} : { model });
				const found = result.verdict === 'violation' ? explanationText(result.explanation) : '';
				assert.equal(result.verdict, verdict, found);
				counts[verdict]++;
				if (result.verdict !== 'violation') return;
				const { summary, timeline } = result.explanation;
				assert.notEqual(summary, '');
				// There is something to see, and something in it stands out.
				assert.ok(
					timeline?.bars.some(({ tone }) => tone === 'culprit'),
					'no picture',
				);
			});
		}
	});
}

test('every model has histories that keep it and histories that break it', () => {
	const verdicts = new Map<string, Set<string>>();
	for (const group of groups) {
		const book = JSON.parse(readFileSync(`${folder}/${group}/verdicts.json`, 'utf8'));
		for (const [name, { verdict, file, model }] of Object.entries<Expected>(book)) {
			const text = readFileSync(`${folder}/${group}/${file ?? `${name}.jsonl`}`, 'utf8');
			const of = model ?? JSON.parse(text.split('\n', 1)[0] ?? '').model;
			verdicts.set(of, (verdicts.get(of) ?? new Set()).add(verdict));
		}
	}
	for (const model of Object.keys(verifiable)) {
		const seen = verdicts.get(model);
		assert.ok(seen?.has('ok') && seen.has('violation'), model);
	}
	assert.ok(counts.ok + counts.violation + counts.unknown > 150, JSON.stringify(counts));
});
