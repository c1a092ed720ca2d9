import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../../flotilla/bin/flotilla.js', import.meta.url));
const histories = fileURLToPath(new URL('../../../checkers/histories', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flotilla-verify-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
	readonly code: unknown;
	readonly stdout: string;
	readonly stderr: string;
}

/** The command as a person runs it, in a process of its own. */
function verify(...args: readonly string[]): Promise<Ended> {
	return new Promise((resolve) => {
		const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1' } };
		execFile(process.execPath, [bin, 'verify', ...args], options, (error, stdout, stderr) => {
			resolve({ code: error === null ? 0 : error.code, stdout, stderr });
		});
	});
}

/** A file in the folder in which the command runs. */
function file(name: string, content: string | Uint8Array): string {
	writeFileSync(join(folder, name), content);
	return name;
}

const header = (model: string): string =>
	JSON.stringify({ format: 'flotilla-history', version: 1, model });
const operation = (
	process: string,
	input: unknown,
	output: unknown,
	calledAt: number,
	returnedAt: number,
): string => JSON.stringify({ process, input, output, calledAt, returnedAt });

/** Each write overlaps all others, and the last read saw none of them: no order is found soon. */
const hard = [
	header('register'),
	...Array.from({ length: 18 }, (_, index) =>
		operation(`w${index}`, { kind: 'write', value: index }, null, 0, 10),
	),
	operation('r', { kind: 'read' }, 'none of them', 11, 12),
].join('\n');

describe('flotilla verify', { concurrency: 4 }, () => {
	test('a history that keeps the promise ends with 0', async () => {
		const { code, stdout, stderr } = await verify(`${histories}/register/late-write-seen.jsonl`);
		assert.deepEqual([code, stdout, stderr], [0, 'ok\n', '']);
	});

	test('a violation ends with 1, an argument, and a page with a picture', async () => {
		const path = `${histories}/kv/stale-on-one-key.jsonl`;
		const { code, stdout } = await verify(path);
		assert.equal(code, 1);
		assert.match(stdout, /^not-linearizable: kv \w+ is not linearizable/);
		assert.match(stdout, /With its answer every order gets stuck/);
		const [, picture = ''] = /^Picture: (.+)$/m.exec(stdout) ?? [];
		assert.match(picture, /stale-on-one-key\.html$/);
		const page = readFileSync(join(folder, picture), 'utf8');
		assert.match(page, /^<!doctype html>/);
		assert.match(page, /<svg role="img" aria-label="\d+ operations of \d+ processes"/);
		assert.match(page, /<g class="bar culprit">/);
	});

	test('the picture goes where it is said, and the findings are JSON if asked', async () => {
		const path = `${histories}/list-append/read-skew.jsonl`;
		const { code, stdout } = await verify(path, '--html', 'deep/er/out.html', '--json');
		assert.equal(code, 1);
		const { verdict, explanation, html } = JSON.parse(stdout);
		assert.equal(verdict, 'violation');
		assert.equal(explanation.anomaly, 'G-single');
		assert.match(readFileSync(join(folder, html), 'utf8'), /G-single/);
	});

	test('a search that ends undecided is unknown, with 2, and never a pass', async () => {
		const path = file('hard.jsonl', hard);
		const { code, stdout } = await verify(path, '--budget', '1000');
		assert.equal(code, 2);
		assert.match(stdout, /^unknown: the search ended undecided after 1000 steps/);
		const json = await verify(path, '--budget', '1000', '--json');
		assert.equal(json.code, 2);
		assert.equal(JSON.parse(json.stdout).verdict, 'unknown');
	});

	test('what cannot be told is unknown, with 2', async () => {
		const { code, stdout } = await verify(`${histories}/list-append/appended-twice.jsonl`);
		assert.equal(code, 2);
		assert.match(stdout, /^unknown: element 1 was appended to key x more than once/);
	});

	test('each format can be named, and is found out otherwise', async () => {
		const formats = `${histories}/formats`;
		const cases: readonly (readonly [number, readonly string[]])[] = [
			[0, [`${formats}/timed-out-write.log`, '--model', 'cas-register', '--format', 'jepsen-log']],
			[1, [`${formats}/refused-cas.log`, '--model', 'cas-register']],
			[1, [`${formats}/elle.edn`, '--model', 'list-append', '--format', 'edn']],
			[0, [`${formats}/elle-json.json`, '--model', 'list-append', '--format', 'json']],
			[1, [`${formats}/one-list.json`, '--model', 'register']],
			[0, [`${formats}/one-object.json`]],
			[0, [`${histories}/register/late-write-seen.jsonl`, '--format', 'jsonl']],
		];
		for (const [expected, args] of cases) {
			const { code, stderr } = await verify(...args);
			assert.equal(code, expected, `${args.join(' ')}: ${stderr}`);
		}
	});

	test('what a model is held to, and other facts, can be said', async () => {
		const skew = `${histories}/formats/elle.edn`;
		const weaker = ['--model', 'list-append', '--consistency', 'snapshot-isolation'];
		assert.equal((await verify(skew, ...weaker)).code, 0);
		const bank = [{ kind: 'read' }, { ada: 4, bob: 6 }, 0, 1] as const;
		const path = file('bank.json', operation('a', ...bank));
		const { code } = await verify(path, '--model', 'bank', '--option', 'total=10');
		assert.equal(code, 0);
		const wrong = await verify(path, '--model', 'bank', '--option', 'total=11');
		assert.match(wrong.stdout, /^wrong-total: a snapshot adds up to 10 instead of 11/);
		const missing = await verify(path, '--model', 'bank');
		assert.equal(missing.code, 2);
		assert.match(missing.stderr, /options\.total is missing/);
	});

	const call = '{"process":1,"call":{"kind":"read"}}';
	const unreadable: readonly (readonly [string, string | Uint8Array, readonly string[], RegExp])[] =
		[
			[
				'broken.jsonl',
				`${header('register')}\n${call}\n{"process":`,
				[],
				/line 3: this line is not JSON/,
			],
			[
				'wrong.jsonl',
				`${header('kv')}\n${call}`,
				[],
				/line 2: call\.kind is "read": one of get, put/,
			],
			[
				'other.jsonl',
				`${header('kv')}\n${call}`,
				['--model', 'register'],
				/line 1: this history is of the model kv, not register/,
			],
			[
				'strange.jsonl',
				call,
				['--model', 'registre'],
				/There is no model 'registre'\. There are:\n {2}register /,
			],
			['nameless.jsonl', call, [], /Which model\? Add --model NAME:\n {2}register /],
			[
				'stranger.jsonl',
				call,
				['--model', 'register', '--format', 'csv'],
				/There are json, edn, jepsen-log/,
			],
			[
				'log.jsonl',
				`${header('register')}\n${call}`,
				['--format', 'jepsen-log', '--model', 'register'],
				/no line of this text is an operation of Jepsen/,
			],
			[
				'fence.edn',
				'{:process 0 :type :invoke :f :acquire}',
				['--model', 'fenced-lock'],
				/fenced-lock is read from json, not from edn/,
			],
			[
				'torn.edn',
				'{:process 0 :type :invoke\n :f :read',
				['--model', 'register'],
				/line 1: a map is never closed/,
			],
			['empty.jsonl', '', ['--model', 'register'], /the text is empty/],
			['blank.edn', ' \n\n', ['--model', 'register'], /the text is empty/],
			['nothing.jsonl', header('register'), [], /this text holds no operation/],
			[
				'binary.jsonl',
				Uint8Array.from({ length: 4_096 }, (_, index) => (index * 7) % 256),
				['--model', 'kv'],
				/this is no text/,
			],
			[
				'huge.jsonl',
				`${header('register')}\n{"process":1,"call":"${'x'.repeat(5_000_000)}"}`,
				[],
				/line 2: call\.kind is missing/,
			],
			[
				'huge.edn',
				`{:process 0 :type :invoke :f :cas :value ${'9'.repeat(2_000_000)}x}`,
				['--model', 'cas-register'],
				/line 1: 9{60}… is no number/,
			],
			[
				'option.jsonl',
				`${header('register')}\n${call}`,
				['--consistency', 'eventual'],
				/options\.consistency is "eventual": one of linearizable, sequential/,
			],
		];
	for (const [name, content, args, problem] of unreadable) {
		test(`${name} is not read, with 2 and a short reason`, async () => {
			const { code, stdout, stderr } = await verify(file(name, content), ...args);
			assert.equal(code, 2);
			assert.equal(stdout, '');
			assert.match(stderr, problem);
			assert.ok(stderr.length < 4_000, `${stderr.length} characters`);
			assert.doesNotMatch(stderr, /\n {4}at /, 'a stack helps nobody here');
		});
	}

	test('a file that is not there, or is a folder, is named', async () => {
		const gone = await verify('gone.jsonl');
		assert.equal(gone.code, 2);
		assert.match(gone.stderr, /gone\.jsonl cannot be read: ENOENT/);
		const isFolder = await verify('.');
		assert.equal(isFolder.code, 2);
		assert.match(isFolder.stderr, /cannot be read: EISDIR/);
	});
});
