import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEdnHistory } from './edn-history.ts';
import { readJepsenLog } from './jepsen-log.ts';

const log = (...lines: string[]): string =>
	lines.map((line) => `INFO  jepsen.util - ${line}`).join('\n');

describe('the log of Jepsen', () => {
	test('calls meet their answers, and what is not of a client is left out', () => {
		const text = `${log('0\t:invoke\t:cas\t[1 2]', ':nemesis\t:info\t:start\tnil', '1\t:invoke\t:read\tnil')}
INFO  jepsen.core - Run complete
${log('1\t:info\t:read\t:timed-out', '0\t:fail\t:cas\t[1 2]', '2\t:invoke\t:read\tnil')}`;
		const operations = readJepsenLog(text);
		const facts = operations.map(({ process, f, type, calledAt, returnedAt, line }) => [
			process,
			f,
			type,
			calledAt,
			returnedAt,
			line,
		]);
		assert.deepEqual(facts, [
			[0, 'cas', 'fail', 0, 3, 1],
			[1, 'read', 'info', 1, Infinity, 3],
			[2, 'read', 'info', 4, Infinity, 7],
		]);
	});

	const broken: [string, string, RegExp][] = [
		['an answer to nothing', log('0\t:ok\t:read\t1'), /^line 1: process 0 has no call/],
		[
			'a second call',
			log('0\t:invoke\t:read\tnil', '0\t:invoke\t:read\tnil'),
			/^line 2: process 0 calls read while/,
		],
		[
			'an answer to something else',
			log('0\t:invoke\t:read\tnil', '0\t:ok\t:write\t1'),
			/^line 2: process 0 called read and is answered write/,
		],
		['an unknown type', log('0\t:done\t:read\t1'), /^line 1: :done is none of/],
		['a missing value', log('0\t:invoke\t:read'), /^line 1: a type, a name and one value/],
		['a broken value', log('0\t:invoke\t:cas\t[1'), /^line 1: a vector is never closed/],
		['another text', 'hello', /no line of this text/],
	];
	for (const [name, text, problem] of broken) {
		test(`${name} is refused`, () => {
			assert.throws(() => readJepsenLog(text), { message: problem });
		});
	}
});

describe('histories in EDN', () => {
	const events =
		'{:process 0 :type :invoke :f :read :value nil}\n{:process 0 :type :ok :f :read :value 1}';

	test('maps in a vector and maps in a row are the same', () => {
		const inRow = readEdnHistory(events);
		assert.equal(inRow.length, 1);
		assert.deepEqual(readEdnHistory(`[${events}]`), inRow);
	});

	test('transactions without a process run one after the other, each on its own', () => {
		const text = `{:type :invoke :value [[:r 1 nil]]} {:type :ok :value [[:r 1 [2]]]}
{:type :invoke :value [[:r 1 nil]]} {:type :ok :value [[:r 1 [2]]]}`;
		const operations = readEdnHistory(text);
		assert.deepEqual(
			operations.map(({ process, f }) => [process, f]),
			[
				['call 0', 'txn'],
				['call 1', 'txn'],
			],
		);
	});

	const broken: [string, string, RegExp][] = [
		['what is no map', '[1]', /1 is no event/],
		['a process that is none', '\n{:process "a" :type :ok}', /^line 2: "a" is no process/],
		['a missing type', '{:process 1 :f :read}', /^line 1: :type is missing/],
		['a type that is none', '{:process 1 :type :maybe :f :read}', /^line 1: :maybe is none of/],
		['a missing name', '{:process 1 :type :ok}', /^line 1: :f is missing/],
		['an empty text', '', /holds no operation/],
	];
	for (const [name, text, problem] of broken) {
		test(`${name} is refused`, () => {
			assert.throws(() => readEdnHistory(text), { message: problem });
		});
	}
});
