import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { flotilla } from '../sim/testing-command.ts';
import { manifestText, OTHERS, PLATFORM } from './manifest.ts';
import { findTarget } from './target.ts';
import { projectFiles } from './template.ts';

const repository = JSON.parse(
	readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
);

async function inEmptyFolder(use: (folder: string) => Promise<void> | void): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'new-'));
	try {
		await use(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

test('a folder that can be no app is refused before anything is packed or written', async () => {
	await inEmptyFolder(async (folder) => {
		mkdirSync(join(folder, 'full'));
		writeFileSync(join(folder, 'full/notes.txt'), 'mine');
		writeFileSync(join(folder, 'file'), '');
		const refusals: readonly (readonly [path: string, says: RegExp])[] = [
			['My_App', /'My_App' cannot be one.* Take my-app, for example\./],
			['42', /'42' cannot be one: 1 to 40 of a-z, 0-9 and -, starting with a letter\.\n/],
			['zod', /it needs the package of that name/],
			['full', /full is not empty: there is notes\.txt\. Nothing was written\./],
			['file', /file is a file/],
		];
		for (const [path, says] of refusals) {
			const { code, stdout, stderr } = await flotilla(folder, 'new', path);
			assert.equal(code, 2, path);
			assert.match(stderr, says);
			assert.equal(stdout, '');
		}
		assert.deepEqual(readdirSync(folder).sort(), ['file', 'full']);
		assert.deepEqual(readdirSync(join(folder, 'full')), ['notes.txt']);
	});
});

test('a folder that is empty, or has nothing but its repository, is taken', async () => {
	await inEmptyFolder((folder) => {
		mkdirSync(join(folder, 'mine/.git'), { recursive: true });
		assert.deepEqual(findTarget(join(folder, 'mine')), {
			folder: join(folder, 'mine'),
			name: 'mine',
		});
		assert.equal(findTarget(join(folder, 'not-there-yet')).name, 'not-there-yet');
	});
});

test('a project is wholly called by its name, and hides what is to be hidden', () => {
	const files = projectFiles('orders', true);
	for (const [path, text] of files) assert.doesNotMatch(text, /my-app/, path);
	assert.match(files.get('src/app.ts') ?? '', /export default app\('orders', \[cards\]\);/);
	for (const path of ['.gitignore', '.dockerignore', 'Dockerfile', 'tsconfig.json']) {
		assert.ok(files.has(path), path);
	}
});

test('an image brings the tarballs along, where there are any', () => {
	assert.match(projectFiles('a', true).get('Dockerfile') ?? '', /^COPY vendor \.\/vendor$/m);
	for (const [path, text] of projectFiles('a', false)) assert.doesNotMatch(text, /vendor/, path);
});

test('a new project has the versions that this repository is tested with', () => {
	const { dependencies, devDependencies, node } = OTHERS;
	const { zod, typescript } = repository.devDependencies;
	assert.equal(dependencies.zod, `^${zod}`);
	assert.equal(devDependencies.typescript, `^${typescript}`);
	assert.deepEqual(node, repository.optionalDependencies);
});

test('a Node is brought only where there is none', () => {
	const platform = Object.fromEntries(PLATFORM.map((name) => [name, '0.1.0']));
	const read = (bringsNode: boolean) =>
		JSON.parse(manifestText({ name: 'orders', platform, bringsNode }));
	assert.equal(read(false).optionalDependencies, undefined);
	assert.deepEqual(read(true).optionalDependencies, OTHERS.node);
	assert.equal(read(true).dependencies.flotilla, '0.1.0');
	assert.equal(read(true).name, 'orders');
});
