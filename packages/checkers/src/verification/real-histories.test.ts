import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { checkIsolation, type IsolationLevel } from '../transactions/isolation/check-isolation.ts';
import type { ListAppendExplanation } from '../transactions/list-append/check-list-append.ts';
import { verifyHistory } from './verify-history.ts';

const folder = process.env.FLOTILLA_HISTORIES;
const skip =
	folder === undefined || folder === ''
		? 'FLOTILLA_HISTORIES names no folder with real histories'
		: false;

/** Of Jepsen's tests of etcd 0.4 these are linearizable. */
const LINEARIZABLE = new Set(['002', '005', '007', '018', '025', '031', '038']);

type Expected = 'ok' | 'violation';

const LEVELS: Readonly<Record<string, IsolationLevel>> = {
	RC: 'read-committed',
	RA: 'read-atomic',
	CC: 'causal',
	PC: 'prefix',
	SI: 'snapshot-isolation',
	SER: 'serializable',
};

// Each test is skipped by itself: a group that is skipped reports no test, as if the file were broken.
describe('real histories with known verdicts', () => {
	const read = (path: string) => readFileSync(`${folder}/${path}`, 'utf8');
	const judge = (
		subfolder: string,
		model: string,
		expectedOf: (name: string) => Expected,
		count: number,
	) => {
		const names = readdirSync(`${folder}/${subfolder}`);
		assert.equal(names.length, count);
		for (const name of names) {
			const { verdict } = verifyHistory(read(`${subfolder}/${name}`), { model });
			assert.equal(verdict, expectedOf(name), name);
		}
	};

	test('40 logs of Jepsen about etcd', { skip }, () => {
		const expectedOf = (name: string): Expected =>
			LINEARIZABLE.has(name.slice(5, 8)) ? 'ok' : 'violation';
		judge('etcd-jepsen', 'cas-register', expectedOf, 40);
	});

	test('four key-value histories, of one client and of ten', { skip }, () => {
		judge('kv', 'kv', (name) => (name.includes('ok') ? 'ok' : 'violation'), 4);
	});

	test('the compare-and-set registers of Knossos', { skip }, () => {
		judge('cas-register/good', 'cas-register', () => 'ok', 20);
		judge('cas-register/bad', 'cas-register', () => 'violation', 2);
	});

	test('the example of the paper on Elle: one cycle with one anti-dependency', { skip }, () => {
		const text = read('list-append/paper-example.edn');
		const result = verifyHistory(text, { model: 'list-append' });
		assert.equal(result.verdict, 'violation');
		if (result.verdict !== 'violation') return;
		const { anomaly, anomalies } = result.explanation as ListAppendExplanation;
		assert.equal(anomaly, 'G-single');
		assert.deepEqual(
			anomalies.map(({ name }) => name),
			['G-single'],
		);
		const kinds = anomalies.flatMap(({ lines }) =>
			lines.flatMap((line) => / comes before .* \((\w+)\)/.exec(line)?.[1] ?? []),
		);
		assert.equal(kinds.filter((kind) => kind === 'rw').length, 1);
		assert.ok(kinds.every((kind) => ['ww', 'wr', 'rw'].includes(kind)));
	});

	test('ten small histories at six levels of isolation', { skip }, () => {
		const lines = read('litmus/txn-litmus.jsonl').trim().split('\n');
		assert.equal(lines.length, 10);
		for (const line of lines) {
			const { name, sessions, verdicts } = JSON.parse(line);
			for (const [short, level] of Object.entries(LEVELS)) {
				const { verdict } = checkIsolation(sessions, level);
				assert.equal(verdict, verdicts[short] ? 'ok' : 'violation', `${name} at ${level}`);
			}
		}
	});
});
