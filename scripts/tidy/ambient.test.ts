// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the samples are source code
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAmbient } from './ambient.ts';
import { show } from './finding.ts';
import { sample } from './sample.ts';

const check = (text: string, path = 'packages/flotilla/src/call/a.ts') =>
	checkAmbient(sample({ [path]: text })).map(show);

const BAD = [
	'Date.now()',
	'new Date()',
	'new Date',
	'Date()',
	'globalThis.Date.now()',
	'performance.now()',
	'setTimeout(f, 1)',
	'const later = setTimeout;',
	'globalThis.setInterval(f, 1)',
	'setImmediate(f)',
	'AbortSignal.timeout(5)',
	'Math.random()',
	'crypto.randomUUID()',
	'crypto.getRandomValues(a)',
	"fetch('x')",
	'process.env.HOME',
	"console.log('x')",
	'`${Date.now()}`',
	"import { readFile } from 'node:fs/promises';",
	"import process from 'node:process';",
];

const GOOD = [
	'host.clock.wallMs()',
	'new Date(ms).toISOString()',
	'let at: Date;',
	'host.clock.setTimer(5, f)',
	'queueMicrotask(f)',
	'this.fetch(x); host.http.fetch(x)',
	'reprocess.env',
	'// Date.now() here would break the simulator',
	"fail('use Math.random()')",
	"import { AsyncLocalStorage } from 'node:async_hooks';",
	'Math.log(2)',
];

test('the ambient world is found', () => {
	for (const text of BAD) assert.equal(check(text).length, 1, text);
	assert.deepEqual(check('\nawait fetch(url);'), [
		'packages/flotilla/src/call/a.ts:2  fetch( reaches past the host  -> use host.http',
	]);
});

test('code that asks its host passes', () => {
	for (const text of GOOD) assert.deepEqual(check(text), [], text);
});

test('adapters, tests and what is not the platform are free', () => {
	const free = ['packages/flotilla/src/host/node/a.ts', 'packages/engines/postgres/src/a.ts'];
	free.push('packages/flotilla/src/call/a.test.ts', 'examples/shop/app/src/a.ts', 'scripts/a.ts');
	free.push('packages/flotilla/src/page/a.ts');
	for (const path of free) assert.deepEqual(check('Date.now()', path), [], path);
});

test('protocols decide with exact arithmetic only', () => {
	assert.equal(check('Math.log(2)', 'packages/protocols/src/a.ts').length, 1);
	assert.deepEqual(check('Math.floor(2)', 'packages/protocols/src/a.ts'), []);
});

test('suites may assert', () => {
	const text = "import assert from 'node:assert/strict';";
	assert.deepEqual(check(text, 'packages/conformance/src/a.ts'), []);
	assert.deepEqual(check(text, 'packages/flotilla/src/testing.ts'), []);
	assert.equal(check(text).length, 1);
});
