import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isHistoryError } from '../history/history-error.ts';
import type { Verdict } from '../verdict.ts';
import type { FormatName } from './verifiable.ts';
import { verifiable, verifyHistory } from './verify-history.ts';

const header = (model: string, rest = ''): string =>
	`{"format":"flotilla-history","version":1,"model":"${model}"${rest}}`;
const jsonl = (model: string, ...lines: string[]): string => [header(model), ...lines].join('\n');
const log = (...lines: string[]): string =>
	lines.map((line) => `INFO  jepsen.util - ${line}`).join('\n');
const edn = (...events: string[]): string => `[${events.map((event) => `{${event}}`).join('\n')}]`;

function verdictOf(text: string, model?: string, format?: FormatName): Verdict['verdict'] {
	return verifyHistory(text, { ...(model && { model }), ...(format && { format }) }).verdict;
}

describe('what a text is', () => {
	test('is found from its beginning, the model from its header', () => {
		const read = ['{"process":0,"call":{"kind":"read"}}', '{"process":0,"return":null}'];
		assert.equal(verdictOf(jsonl('register', ...read)), 'ok');
		assert.equal(verdictOf(read.join('\n'), 'register'), 'ok', 'the header may be left out');
		assert.equal(verdictOf(`\ufeff[${read.join()}]`, 'register'), 'ok');
		assert.equal(verdictOf(`[${header('register')},\n${read.join(',\n')}]`), 'ok');
		const whole = header('register', `,"operations":[${read.join()}]`);
		assert.equal(verdictOf(whole), 'ok');
		assert.equal(verdictOf(JSON.stringify(JSON.parse(whole), undefined, '\t')), 'ok');
		assert.equal(verdictOf(log('0 :invoke :read nil'), 'register'), 'ok');
		assert.equal(verdictOf(edn(':process 0 :type :invoke :f :read'), 'register'), 'ok');
	});

	test('every model reads JSON, says what it is, and has nothing to say about nothing', () => {
		for (const [name, { formats, summary }] of Object.entries(verifiable)) {
			assert.ok(formats.includes('json') && summary !== '');
			assert.throws(
				() => verdictOf(jsonl(name), name),
				/holds no operation|options\.total is missing/,
			);
			assert.throws(() => verdictOf('[]', name, 'json'), /holds no operation/);
		}
	});

	test('options of the caller go before those of the header, and are looked at', () => {
		const stale = [
			'{"process":0,"call":{"kind":"write","value":1}}',
			'{"process":0,"return":null}',
			'{"process":1,"call":{"kind":"read"}}',
			'{"process":1,"return":null}',
		].join('\n');
		const judge = (options: Record<string, unknown>) =>
			verifyHistory(stale, { model: 'register', options }).verdict;
		assert.equal(judge({}), 'violation');
		assert.equal(judge({ consistency: 'sequential' }), 'ok');
		assert.equal(judge({ consistency: 'sequential', initial: 5 }), 'violation');
		const said = header('register', ',"options":{"consistency":"sequential","initial":null}');
		const withHeader = (options: Record<string, unknown>) =>
			verifyHistory(`${said}\n${stale}`, { options }).verdict;
		assert.equal(withHeader({}), 'ok');
		assert.equal(withHeader({ consistency: 'linearizable' }), 'violation');
		assert.throws(
			() => judge({ consistency: 'eventual' }),
			/options\.consistency is "eventual": one of linearizable/,
		);
		assert.throws(() => judge({ initially: 5 }), /options has a field initially/);
	});

	test('a budget bounds every search, and what it leaves open is unknown', () => {
		const writes = Array.from(
			{ length: 6 },
			(_, index) =>
				`{"process":${index},"input":{"kind":"write","value":${index}},"calledAt":0,"returnedAt":9}`,
		);
		const read =
			'{"process":9,"input":{"kind":"read"},"output":"none","calledAt":10,"returnedAt":11}';
		const transactions = Array.from(
			{ length: 6 },
			(_, index) =>
				`{"process":${index},"input":[["w","x",${index}],["r","y",null]],"output":[["w","x",${index}],["r","y",null]],"calledAt":0,"returnedAt":9}`,
		);
		const judge = (model: string, lines: readonly string[], consistency: string, steps: number) =>
			verifyHistory(lines.join('\n'), { model, options: { consistency }, budget: { steps } })
				.verdict;
		for (const consistency of ['linearizable', 'sequential']) {
			assert.equal(judge('register', [...writes, read], consistency, 5), 'unknown');
			assert.equal(judge('register', [...writes, read], consistency, 100_000), 'violation');
		}
		for (const consistency of ['prefix', 'snapshot-isolation', 'serializable']) {
			assert.equal(judge('rw-register', transactions, consistency, 2), 'unknown');
			assert.equal(judge('rw-register', transactions, consistency, 100_000), 'ok');
		}
	});

	test('what is no text is refused', () => {
		assert.throws(() => verdictOf('\u007fELF\u0000', 'register'), /this is no text/);
		assert.throws(() => verdictOf('', 'register'), /the text is empty/);
		const deep = '['.repeat(100_000);
		assert.throws(() => verdictOf(deep, 'register'), { code: 'FLOTILLA_HISTORY_UNREADABLE' });
		const nested = `{"process":1,"call":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
		assert.throws(() => verdictOf(nested, 'register'), { code: 'FLOTILLA_HISTORY_UNREADABLE' });
	});

	test('what is asked for in vain is said', () => {
		const known = new RegExp(Object.keys(verifiable).join(', '));
		assert.throws(() => verdictOf(edn()), known);
		assert.throws(() => verdictOf(edn(), 'lock'), known);
		assert.throws(() => verdictOf(edn(), 'constructor'), /no model/);
		assert.throws(() => verdictOf(edn(), 'etcd', 'edn'), /etcd is read from json, not from edn/);
	});

	test('an error is recognised by its code and carries the line', () => {
		try {
			verifyHistory(jsonl('register', '{'));
			assert.fail('it was read');
		} catch (error) {
			assert.ok(isHistoryError(error));
			assert.equal(error.line, 2);
			assert.equal(error.effect, 'none');
		}
	});
});

describe('the conventions of Jepsen', () => {
	test('a compare-and-set that failed in a log saw another value; in EDN it did not happen', () => {
		const events = ['write 1', 'cas [1 2]'].map((one) => one.split(' '));
		const lines = [
			'0 :invoke :write 1',
			'0 :ok :write 1',
			'0 :invoke :cas [1 2]',
			'0 :fail :cas [1 2]',
		];
		assert.equal(events.length, 2);
		assert.equal(verdictOf(log(...lines), 'cas-register'), 'violation');
		const maps = lines.map((line) => {
			const [, process, type, f, value] = /^(\d) (\S+) (\S+) (.*)$/.exec(line) ?? [];
			return `:process ${process} :type ${type} :f ${f} :value ${value}`;
		});
		assert.equal(verdictOf(edn(...maps), 'cas-register'), 'ok');
	});

	test('a read of nil is a value in a log, and matches anything in EDN', () => {
		const lines = [
			'0 :invoke :write 1',
			'0 :ok :write 1',
			'0 :invoke :read nil',
			'0 :ok :read nil',
		];
		assert.equal(verdictOf(log(...lines), 'register'), 'violation');
		const maps = lines.map((line) => {
			const [process, type, f, value] = line.split(' ');
			return `:process ${process} :type ${type} :f ${f} :value ${value}`;
		});
		assert.equal(verdictOf(edn(...maps), 'register'), 'ok');
	});

	test('what failed was not done, and what ended with info may have been', () => {
		const history = (end: string) =>
			edn(
				':process 0 :type :invoke :f :write :value 1',
				`:process 0 :type ${end} :f :write :value 1`,
				':process 1 :type :invoke :f :read :value nil',
				':process 1 :type :ok :f :read :value 1',
			);
		assert.equal(verdictOf(history(':fail'), 'register'), 'violation');
		assert.equal(verdictOf(history(':info'), 'register'), 'ok');
	});

	test('a transaction that read from one that failed is told as that', () => {
		const txn = (type: string, process: number, value: string) =>
			`:process ${process} :type ${type} :f :txn :value ${value}`;
		const history = (...more: string[]) =>
			edn(
				txn(':invoke', 0, '[[:w :x 1]]'),
				txn(':fail', 0, '[[:w :x 1]]'),
				...more,
				txn(':invoke', 1, '[[:r :x nil]]'),
				txn(':ok', 1, '[[:r :x 1]]'),
			);
		const result = verifyHistory(history(), {
			model: 'rw-register',
			options: { consistency: 'read-committed' },
		});
		assert.equal(result.verdict === 'violation' && result.explanation.anomaly, 'G1a');
		const again = [txn(':invoke', 2, '[[:w :x 1]]'), txn(':ok', 2, '[[:w :x 1]]')];
		assert.equal(verdictOf(history(...again), 'rw-register'), 'ok', 'it was written again');
	});

	test('key-value histories begin with empty texts', () => {
		const get = (value: string) =>
			edn(
				':process 0 :type :invoke :f :get :key "a" :value nil',
				`:process 0 :type :ok :f :get :key "a" :value ${value}`,
			);
		assert.equal(verdictOf(get('""'), 'kv'), 'ok');
		assert.equal(verdictOf(get('"x"'), 'kv'), 'violation');
	});

	test('locks and queues', () => {
		const acquire = (process: number, type: string) =>
			`:process ${process} :type ${type} :f :acquire :value nil`;
		const twice = edn(
			acquire(0, ':invoke'),
			acquire(0, ':ok'),
			acquire(1, ':invoke'),
			acquire(1, ':ok'),
		);
		assert.equal(verdictOf(twice, 'mutex'), 'violation');
		const dequeue = (type: string, value: string) =>
			`:process 0 :type ${type} :f :dequeue :value ${value}`;
		assert.equal(
			verdictOf(edn(dequeue(':invoke', 'nil'), dequeue(':fail', ':empty')), 'queue'),
			'ok',
		);
		assert.equal(
			verdictOf(edn(dequeue(':invoke', 'nil'), dequeue(':ok', '1')), 'queue'),
			'violation',
		);
	});

	test('what a model does not know is refused with its line', () => {
		const text = edn(':process 0 :type :invoke :f :read', ':process 1 :type :invoke :f :jump');
		assert.throws(
			() => verdictOf(text, 'register'),
			/^HistoryError: line 2: :jump is no operation/,
		);
		const cas = edn(':process 0 :type :invoke :f :cas :value 3');
		assert.throws(() => verdictOf(cas, 'cas-register'), /line 1: :cas 3: a vector of two values/);
	});
});

describe('Jepsen as JSON', () => {
	const events = [
		'{"process":0,"type":"invoke","f":"txn","value":[["append","x",1]]}',
		'{"process":"nemesis","type":"info","f":"start","value":null}',
		'{"process":0,"type":"ok","f":"txn","value":[["append","x",1]]}',
		'{"process":1,"type":":invoke","f":":txn","value":[[":r","x",null]]}',
		'{"process":1,"type":":ok","f":":txn","value":[[":r","x",[1]]]}',
	];

	test('is read as the same in EDN, with and without colons, in lines and as a list', () => {
		assert.equal(verdictOf(events.join('\n'), 'list-append'), 'ok');
		const stale = events.with(4, '{"process":1,"type":"ok","f":"txn","value":[["r","x",[]]]}');
		assert.equal(verdictOf(`[${stale.join()}]`, 'list-append'), 'violation');
		const read = ['invoke', 'ok'].map(
			(type) => `{"process":0,"type":"${type}","f":"read","value":3}`,
		);
		assert.equal(verdictOf(read.join('\n'), 'register'), 'violation');
	});

	test('sets, counters, identifiers and registers in transactions', () => {
		const both = (f: string, called: string, answered: string) =>
			`{"process":0,"type":"invoke","f":"${f}","value":${called}}\n{"process":0,"type":"ok","f":"${f}","value":${answered}}\n`;
		assert.equal(verdictOf(both('add', '1', '1') + both('read', 'null', '[1]'), 'set'), 'ok');
		assert.equal(verdictOf(both('add', '1', '1') + both('read', 'null', '[]'), 'set'), 'violation');
		assert.equal(verdictOf(both('add', '2', '2') + both('read', 'null', '2'), 'counter'), 'ok');
		assert.equal(
			verdictOf(both('add', '2', '2') + both('read', 'null', '1'), 'counter'),
			'violation',
		);
		assert.equal(verdictOf(both('generate', 'null', '7').repeat(2), 'unique-ids'), 'violation');
		const txn = (called: string, answered: string) => both('txn', called, answered);
		const write = txn('[["w","x",1]]', '[["w","x",1]]');
		const nothing = txn('[["r","x",null]]', '[["r","x",null]]');
		assert.equal(verdictOf(nothing + write, 'rw-register'), 'ok');
		assert.equal(
			verdictOf(write + nothing, 'rw-register'),
			'violation',
			'nil is the initial value',
		);
		const edn =
			'{:process 0 :type :invoke :f :add :value 1}{:process 0 :type :ok :f :add :value 1}';
		const read = '{:process 0 :type :invoke :f :read}{:process 0 :type :ok :f :read :value #{1}}';
		assert.equal(verdictOf(edn + read, 'set'), 'ok');
	});

	const broken: [string, string, RegExp][] = [
		['a type that is none', '{"process":0,"type":"maybe","f":"read"}', /line 2: the type "maybe"/],
		['a missing name', '{"process":0,"type":"invoke"}', /line 2: f is missing/],
		[
			'a process that is none',
			'{"process":[1],"type":"invoke","f":"read"}',
			/line 2: \[1\] is no process/,
		],
	];
	for (const [name, line, problem] of broken) {
		test(`${name} is refused with its line`, () => {
			const first = '{"process":9,"type":"invoke","f":"read","value":null}';
			assert.throws(() => verdictOf(`${first}\n${line}`, 'register'), problem);
		});
	}

	test('a model that Jepsen has no histories of says so', () => {
		assert.throws(
			() => verdictOf(events.join('\n'), 'bank'),
			/bank is not read from histories of Jepsen/,
		);
	});
});

describe('JSON lines', () => {
	const call = '{"process":1,"call":{"kind":"read"}}';

	test('events and whole operations say the same', () => {
		const events = [
			'{"process":0,"call":{"kind":"write","value":1}}',
			'{"process":0,"return":null}',
			call,
			'{"process":1,"return":null}',
		];
		const whole = [
			'{"process":1,"input":{"kind":"read"},"output":null,"calledAt":3,"returnedAt":4}',
			'{"process":0,"input":{"kind":"write","value":1},"calledAt":1,"returnedAt":2}',
		];
		assert.equal(verdictOf(jsonl('register', ...events)), 'violation');
		assert.equal(verdictOf(jsonl('register', ...whole)), 'violation');
	});

	test('a failed event and an unknown one differ', () => {
		const history = (end: string) =>
			jsonl(
				'register',
				'{"process":0,"call":{"kind":"write","value":1}}',
				`{"process":0,"${end}":true}`,
				call,
				'{"process":1,"return":1}',
			);
		assert.equal(verdictOf(history('failed')), 'violation');
		assert.equal(verdictOf(history('unknown')), 'ok');
	});

	const broken: [string, string, RegExp][] = [
		['an empty text', ' ', /the text is empty/],
		['another format', '{"format":"csv"}', /line 1: the first line has no "format"/],
		[
			'a newer version',
			'{"format":"flotilla-history","version":2,"model":"register"}',
			/line 1: version 2 of the format is not known/,
		],
		['another model', header('kv'), /line 1: this history is of the model kv, not register/],
		[
			'an unknown option',
			header('register', ',"options":{"x":1}'),
			/line 1: options has a field x/,
		],
		['no JSON', jsonl('register', 'x'), /line 2: this line is not JSON/],
		['a list that is cut off', '[{"process":1}', /the list is not JSON/],
		['an item that is no object', `[${call},1]`, /item 2 of the list is not a JSON object/],
		['an item that is broken', `[${call},${call}]`, /item 2: process 1 calls while/],
		[
			'an item below a header',
			header('register', `,"operations":[${call},${call}]`),
			/item 2: process 1 calls while/,
		],
		[
			'an answer that is said to be none',
			jsonl('register', call, '{"process":1,"failed":false}'),
			/line 3: .*failed is not true/,
		],
		[
			'an operation that ended before it began',
			jsonl(
				'register',
				'{"process":1,"input":{"kind":"read"},"output":1,"calledAt":5,"returnedAt":4}',
			),
			/line 2: operation 0 returned before it was called/,
		],
		['no object', jsonl('register', '[1]'), /line 2: this line is not a JSON object/],
		[
			'an input that is none',
			jsonl('register', '{"process":1,"call":{"kind":"jump"}}'),
			/line 2: call\.kind is "jump": one of read, write/,
		],
		[
			'a missing value',
			jsonl('register', '{"process":1,"call":{"kind":"write"}}'),
			/line 2: call\.value is missing/,
		],
		[
			'a field too many',
			jsonl('register', '{"process":1,"call":{"kind":"read","key":"x"}}'),
			/line 2: call has a field key/,
		],
		[
			'an output that is none',
			jsonl('register', '', call, '{"process":1,"return":[1]}'),
			/line 4: return is \[1\]/,
		],
		[
			'an answer to nothing',
			jsonl('register', call, '{"process":2,"return":1}'),
			/line 3: process 2/,
		],
		['two calls', jsonl('register', call, call), /line 3: process 1 calls while/],
		[
			'no time',
			jsonl('register', '{"process":1,"input":{"kind":"read"}}'),
			/line 2: the operation\.calledAt is missing/,
		],
		[
			'no return of a failed one',
			jsonl('register', '{"process":1,"input":{"kind":"read"},"calledAt":1,"outcome":"failed"}'),
			/line 2: \.returnedAt is missing/,
		],
		[
			'transactions that answer other steps',
			jsonl(
				'list-append',
				'{"process":1,"call":[["append","x",1]]}',
				'{"process":1,"return":[["append","y",1]]}',
			),
			/line 3: return\[0\] is not the step that was called/,
		],
	];
	for (const [name, text, problem] of broken) {
		test(`${name} is refused with its line`, () => {
			const model = /list-append/.test(text) ? 'list-append' : 'register';
			assert.throws(() => verdictOf(text, model, 'json'), problem);
		});
	}
});
