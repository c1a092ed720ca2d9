// Every `ts` fence of README.md and docs/ is type-checked; `ts run` and `sh run` are also executed.
// `ts continues` goes on with the fence before it, `ts file=NAME` can be imported by its page.
import assert from 'node:assert/strict';
import { type ExecFileException, execFile } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fencesOf, type Program, programsOf } from './doctest/fences.ts';

const RUN_LIMIT_MS = 60_000;
const OUTPUT_BYTES = 16 * 1024 * 1024;

const execute = promisify(execFile);

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules/.bin');
// Inside the checkout, so that its packages are found.
const folder = join(root, '.flotilla/doctest');

async function run(command: string, args: string[]): Promise<{ isGood: boolean; output: string }> {
	try {
		const { stdout, stderr } = await execute(command, args, {
			cwd: root,
			timeout: RUN_LIMIT_MS,
			maxBuffer: OUTPUT_BYTES,
			env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
		});
		return { isGood: true, output: `${stdout}${stderr}` };
	} catch (error) {
		const { stdout = '', stderr = '', message } = error as ExecFileException;
		return { isGood: false, output: `${stdout}${stderr}${message}` };
	}
}

/** All programs in one run of the compiler; the complaints, one a line. */
async function typeCheck(programs: readonly Program[]): Promise<string[]> {
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
	const { isGood, output } = await run(join(bin, 'tsc'), ['-p', folder, '--pretty', 'false']);
	return isGood ? [] : output.split('\n').filter(Boolean);
}

const pages = globSync(['README.md', 'docs/**/*.md'], { cwd: root }).sort();
const fences = pages.flatMap((page) => fencesOf(page, readFileSync(join(root, page), 'utf8')));
const programs = programsOf(fences);
const complaints = programs.length > 0 ? await typeCheck(programs) : [];

// Each in a process of its own, so as many at once as there are cores.
describe('fences', { concurrency: availableParallelism() }, () => {
	for (const { path, fences: parts } of programs) {
		const [first] = parts;
		test(`${first?.page}:${first?.line} ts`, async () => {
			const own = complaints.filter((complaint) => complaint.includes(`doctest/${path}(`));
			assert.equal(own.join('\n'), '', `does not compile:\n${own.join('\n')}`);
			if (!parts.some(({ words }) => words.includes('run'))) return;
			const { isGood, output } = await run('node', [
				'--conditions=flotilla-src',
				join(folder, path),
			]);
			assert.ok(isGood, `does not run:\n${output}`);
		});
	}

	for (const { page, line, code } of fences.filter(
		({ language, words }) => language === 'sh' && words.includes('run'),
	)) {
		test(`${page}:${line} sh`, async () => {
			const { isGood, output } = await run('sh', ['-e', '-c', code]);
			assert.ok(isGood, `does not run:\n${output}`);
		});
	}
});

test(`${fences.length} fences in ${pages.length} pages`, () => {
	const strange = complaints.filter((complaint) => !complaint.includes('doctest/'));
	const isOurs = programs.length > 0 && complaints.length === strange.length;
	assert.equal(isOurs ? strange.join('\n') : '', '', 'the compiler complains about something else');
});
