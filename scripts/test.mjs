// `npm test` and, with --all, what `npm run test:all` runs beside real engines.
//
//   npm test                       everything that needs nothing but this checkout
//   npm test -- call retry         only files whose path holds one of these words
//   npm test -- --test-name-pattern=backoff     flags go to node --test
//
// The last line is always `N passed, N failed, N skipped`.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runGroup } from './testing/run-group.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const all = args.includes('--all');
const flags = args.filter((arg) => arg.startsWith('--') && arg !== '--all');
const words = args.filter((arg) => !arg.startsWith('--'));

const UNIT = ['packages/**/src/**/*.test.ts', 'scripts/**/*.test.ts'];
// A suite that is written elsewhere belongs to its file only where a file has its own process.
const SUITES = ['packages/conformance/src/*.test.ts', 'packages/engines/*/src/*.test.ts'];
const OWN_PROCESS = [
	...SUITES,
	'tests/**/*.test.ts',
	'examples/**/*.test.ts',
	'benchmarks/**/*.test.ts',
];
const isSuite = (path) => /^packages\/(?:conformance|engines)\//.test(path);
const ENGINE = /\.engine\.test\.ts$/;
const LONG = /\.long\.test\.ts$/;

const isForeign = (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(path);

function find(patterns, choose) {
	const paths = globSync(patterns, { cwd: root, exclude: isForeign }).sort();
	const wanted = (path) => words.length === 0 || words.some((word) => path.includes(word));
	return paths.filter((path) => choose(path) && wanted(path)).map((path) => join(root, path));
}

const isShort = (path) => !LONG.test(path);
const groups = {
	'unit tests': {
		files: find(UNIT, (path) => isShort(path) && !ENGINE.test(path) && !isSuite(path)),
		isolation: 'none',
		timeoutMs: 60_000,
	},
	'tests in a process each': {
		files: [
			...find(UNIT, (path) => isShort(path) && ENGINE.test(path) && !isSuite(path)),
			...find(OWN_PROCESS, isShort),
		],
		isolation: 'process',
		timeoutMs: 120_000,
	},
	'fences of the documents': {
		files: find(['scripts/doctest.ts'], () => true),
		isolation: 'process',
		timeoutMs: 120_000,
	},
	'long tests': {
		files: all ? find([...UNIT, ...OWN_PROCESS], (path) => LONG.test(path)) : [],
		isolation: 'process',
		timeoutMs: 900_000,
	},
};

// Processes that a test starts need the condition too, and do not inherit flags.
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --conditions=flotilla-src`.trim();
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/flotilla-compile');

const sum = { passed: 0, failed: 0, skipped: 0 };
const reasons = new Map();
for (const [name, group] of Object.entries(groups)) {
	if (group.files.length === 0) continue;
	const startedMs = performance.now();
	console.log(`\n${name}: ${group.files.length} files`);
	const show = words.length > 0 ? 'spec' : 'dot';
	const result = await runGroup({ ...group, flags, show, root });
	for (const problem of result.problems) console.log(`FAILED: ${problem}`);
	for (const key of Object.keys(sum)) sum[key] += result[key];
	for (const [reason, count] of result.reasons) {
		reasons.set(reason, (reasons.get(reason) ?? 0) + count);
	}
	const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
	console.log(`${name}: ${result.passed} passed, ${result.failed} failed in ${seconds} s`);
}

if (reasons.size > 0) console.log('\nSKIPPED:');
for (const [reason, count] of reasons) console.log(`  ${count} x ${reason}`);
if (sum.passed + sum.failed === 0) console.log('\nNo test ran.');
console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
