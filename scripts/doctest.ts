// Every `ts` fence of README.md and docs/ is type-checked; `ts run` and `sh run` are also executed.
// `ts continues` goes on with the fence before it, `ts file=NAME` can be imported by its page.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fencesOf, type Program, programsOf } from './doctest/fences.ts';

const RUN_LIMIT_MS = 60_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules/.bin');
// Inside the checkout, so that its packages are found.
const folder = join(root, '.flotilla/doctest');

const run = (command: string, args: string[]) => {
	const result = spawnSync(command, args, {
		cwd: root,
		encoding: 'utf8',
		timeout: RUN_LIMIT_MS,
		env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
	});
	const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
	return { isGood: result.status === 0, output };
};

/** All programs in one run of the compiler; the complaints, one a line. */
function typeCheck(programs: readonly Program[]): string[] {
	rmSync(folder, { recursive: true, force: true });
	for (const { path, text } of programs) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	const config = {
		extends: '../../tsconfig.base.json',
		compilerOptions: { types: ['node'], composite: false, noEmit: true, declarationMap: false },
		files: programs.map(({ path }) => path),
	};
	writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
	const { isGood, output } = run(join(bin, 'tsc'), ['-p', folder, '--pretty', 'false']);
	return isGood ? [] : output.split('\n').filter(Boolean);
}

const pages = globSync(['README.md', 'docs/**/*.md'], { cwd: root }).sort();
const fences = pages.flatMap((page) => fencesOf(page, readFileSync(join(root, page), 'utf8')));
const programs = programsOf(fences);
const complaints = programs.length > 0 ? typeCheck(programs) : [];

for (const { path, fences: parts } of programs) {
	const [first] = parts;
	test(`${first?.page}:${first?.line} ts`, () => {
		const own = complaints.filter((complaint) => complaint.includes(`doctest/${path}(`));
		assert.equal(own.join('\n'), '', `does not compile:\n${own.join('\n')}`);
		if (!parts.some(({ words }) => words.includes('run'))) return;
		const { isGood, output } = run('node', ['--conditions=flotilla-src', join(folder, path)]);
		assert.ok(isGood, `does not run:\n${output}`);
	});
}

for (const { page, line, code } of fences.filter(
	({ language, words }) => language === 'sh' && words.includes('run'),
)) {
	test(`${page}:${line} sh`, () => {
		const { isGood, output } = run('sh', ['-e', '-c', code]);
		assert.ok(isGood, `does not run:\n${output}`);
	});
}

test(`${fences.length} fences in ${pages.length} pages`, () => {
	const strange = complaints.filter((complaint) => !complaint.includes('doctest/'));
	const isOurs = programs.length > 0 && complaints.length === strange.length;
	assert.equal(isOurs ? strange.join('\n') : '', '', 'the compiler complains about something else');
});
