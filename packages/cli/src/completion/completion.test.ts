import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { errorTable } from 'flotilla';
import { commands } from '../main.ts';
import { completionScript } from './script.ts';

/** What bash offers for the last word of a line, in a folder with these files. */
async function offered(line: string): Promise<readonly string[]> {
	const folder = await mkdtemp(join(tmpdir(), 'completion-'));
	try {
		await mkdir(join(folder, 'data folder'));
		await writeFile(join(folder, 'app.ts'), '');
		const script = await completionScript('bash', commands());
		// As readline cuts it: at spaces, and at an equals sign.
		const words = line.split(/ |(=)/).filter((word) => word !== undefined);
		const typed = words.map((word) => `'${word}'`).join(' ');
		const program = `${script}
			COMP_WORDS=(${typed}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _flotilla
			printf '%s\\n' "\${COMPREPLY[@]}"`;
		const bash = ['--norc', '--noprofile', '-c', program];
		const { stdout } = await promisify(execFile)('bash', bash, { cwd: folder });
		return stdout.split('\n').filter((word) => word !== '');
	} finally {
		await rm(folder, { recursive: true });
	}
}

test('bash completes commands, and those below a command', async () => {
	const names = commands().commands.map((command) => command.name());
	assert.deepEqual(await offered('flotilla '), names);
	assert.deepEqual(await offered('flotilla ver'), ['verify']);
	assert.deepEqual(await offered('flotilla contract '), ['export']);
});

test('bash completes the options of the command that was typed', async () => {
	assert.deepEqual(await offered('flotilla run --po'), ['--port']);
	assert.ok((await offered('flotilla contract export openapi --')).includes('--check'));
	assert.ok(!(await offered('flotilla sim --')).includes('--port'));
	assert.deepEqual(await offered('flotilla --ver'), ['--version']);
});

test('bash completes values: choices, codes, models, files and folders', async () => {
	assert.deepEqual(await offered('flotilla contract export '), [
		'openapi',
		'json-schema',
		'asyncapi',
	]);
	assert.deepEqual(await offered('flotilla run --log-level w'), ['warn']);
	assert.deepEqual(await offered('flotilla run --log-level=w'), ['warn']);
	assert.deepEqual(await offered('flotilla run --log-level='), ['debug', 'info', 'warn', 'error']);
	assert.deepEqual(await offered('flotilla explain '), Object.keys(errorTable));
	assert.deepEqual(await offered('flotilla verify h.json --model fen'), ['fenced-lock']);
	assert.deepEqual((await offered('flotilla run ')).toSorted(), ['app.ts', 'data folder']);
	assert.deepEqual(await offered('flotilla run --data '), ['data folder']);
	assert.deepEqual(await offered('flotilla contract export openapi a'), ['app.ts']);
});

test('bash takes the value of an option for no argument, and what stands behind -- for files', async () => {
	assert.deepEqual(await offered('flotilla run --port 80 ap'), ['app.ts']);
	assert.deepEqual(await offered('flotilla run app.ts --port '), []);
	assert.deepEqual(await offered('flotilla contract export --title export '), [
		'openapi',
		'json-schema',
		'asyncapi',
	]);
	assert.deepEqual(await offered('flotilla run app.ts -- ap'), ['app.ts']);
	assert.deepEqual(await offered('flotilla explain FLOTILLA_LOCKED '), []);
});

for (const shell of ['zsh', 'fish'] as const) {
	test(`the script for ${shell} has every command and option, and ${shell} can read it`, async (t) => {
		const script = await completionScript(shell, commands());
		for (const command of [
			...commands().commands,
			...commands().commands.flatMap((one) => one.commands),
		]) {
			assert.ok(script.includes(command.name()), command.name());
			for (const { long } of command.options) {
				const written = shell === 'fish' ? `-l ${long?.slice(2)} ` : `'${long}[`;
				assert.ok(script.includes(written), `${command.name()} ${long}`);
			}
		}
		const folder = await mkdtemp(join(tmpdir(), 'completion-'));
		try {
			await writeFile(join(folder, 'script'), script);
			await promisify(execFile)(shell, ['-n', join(folder, 'script')]);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
			t.diagnostic(`${shell} is not installed: its syntax was not checked`);
		} finally {
			await rm(folder, { recursive: true });
		}
	});
}
