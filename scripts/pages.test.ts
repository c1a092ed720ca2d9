import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = `import { render } from 'preact';
import { word } from 'words';
render(<p>{word}</p>, document.body);
`;

/** A repository with one page, which imports another workspace, and this one's packages. */
class Checkout implements Disposable {
	readonly folder = mkdtempSync(join(tmpdir(), 'flotilla-pages-'));

	constructor() {
		const scripts = fileURLToPath(new URL('.', import.meta.url));
		for (const name of ['pages.mjs', 'pages']) {
			cpSync(join(scripts, name), join(this.folder, 'scripts', name), { recursive: true });
		}
		const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
		mkdirSync(join(this.folder, 'node_modules'));
		for (const name of ['vite', 'preact']) {
			symlinkSync(join(modules, name), join(this.folder, 'node_modules', name));
		}
		symlinkSync('../packages/words', join(this.folder, 'node_modules/words'));
		this.write('package-lock.json', '{}');
		this.write('package.json', JSON.stringify({ workspaces: ['packages/*'] }));
		const shop = { name: 'shop', dependencies: { words: '1' } };
		this.write('packages/shop/package.json', JSON.stringify(shop));
		const words = { name: 'words', exports: { '.': { 'flotilla-src': './src/index.ts' } } };
		this.write('packages/words/package.json', JSON.stringify(words));
		this.write('packages/words/src/index.ts', `export const word: string = 'ahoy';`);
		this.write('packages/shop/src/page/main.tsx', MAIN);
		this.html('<script type="module" src="./main.tsx"></script>');
	}

	write(path: string, text: string): void {
		mkdirSync(dirname(join(this.folder, path)), { recursive: true });
		writeFileSync(join(this.folder, path), text);
	}

	html(head: string): void {
		this.write(
			'packages/shop/src/page/index.html',
			`<!doctype html><html><head>${head}</head></html>`,
		);
	}

	async pages(...args: string[]): Promise<{ code: number; output: string }> {
		const child = spawn(process.execPath, ['scripts/pages.mjs', ...args], { cwd: this.folder });
		let output = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (chunk) => {
				output += chunk;
			});
		}
		return new Promise((resolve) => {
			child.once('close', (code) => resolve({ code: code ?? -1, output }));
		});
	}

	/** The one script of the bundle. */
	get script(): string {
		const assets = join(this.folder, 'packages/shop/dist/page/assets');
		const [name = '', ...others] = readdirSync(assets).filter((file) => file.endsWith('.js'));
		assert.deepEqual(others, []);
		return readFileSync(join(assets, name), 'utf8');
	}

	[Symbol.dispose](): void {
		rmSync(this.folder, { recursive: true, force: true });
	}
}

test('a page is bundled with what it imports, and again only when any of that changes', async () => {
	using checkout = new Checkout();
	assert.match((await checkout.pages()).output, /built shop/);
	assert.match(checkout.script, /ahoy/);
	assert.deepEqual(await checkout.pages(), { code: 0, output: '' });
	checkout.write('packages/words/src/index.test.ts', 'a test is in no bundle');
	assert.deepEqual(await checkout.pages(), { code: 0, output: '' });
	checkout.write('packages/words/src/index.ts', `export const word: string = 'farewell';`);
	assert.match((await checkout.pages()).output, /built shop/);
	assert.match(checkout.script, /farewell/);
	checkout.write('package-lock.json', '{ "packages": {} }');
	assert.match((await checkout.pages()).output, /built shop/);
});

test('commands started together leave one whole bundle', async () => {
	using checkout = new Checkout();
	const runs = await Promise.all([1, 2, 3].map(() => checkout.pages()));
	assert.deepEqual(
		runs.map(({ code }) => code),
		[0, 0, 0],
		runs.map(({ output }) => output).join('\n'),
	);
	assert.match(checkout.script, /ahoy/);
	assert.deepEqual(readdirSync(join(checkout.folder, 'packages/shop/dist')), ['page']);
	assert.deepEqual(await checkout.pages(), { code: 0, output: '' });
});

test('what browsers would refuse or fetch from elsewhere fails the build, which leaves the old bundle', async () => {
	using checkout = new Checkout();
	await checkout.pages();
	for (const [head, complaint] of [
		['<script src="https://cdn.example.com/x.js"></script>', /loads something from elsewhere/],
		['<link rel="icon" href="//cdn.example.com/x.png">', /loads something from elsewhere/],
		['<meta name="a" content="b" onclick="alert(1)">', /onclick= inline/],
		['<meta name="a" style="color: red">', /style= inline/],
	] as const) {
		checkout.html(head);
		const { code, output } = await checkout.pages();
		assert.equal(code, 1, head);
		assert.match(output, complaint);
		assert.match(checkout.script, /ahoy/);
	}
	assert.deepEqual(readdirSync(join(checkout.folder, '.flotilla/pages')), []);
});

test('a broken source fails with its place, and an unknown page with those there are', async () => {
	using checkout = new Checkout();
	checkout.write('packages/shop/src/page/main.tsx', 'const = 1;');
	const { code, output } = await checkout.pages();
	assert.equal(code, 1);
	assert.match(output, /main\.tsx/);
	assert.equal(existsSync(join(checkout.folder, 'packages/shop/dist/page')), false);
	assert.match(
		(await checkout.pages('nobody')).output,
		/no page is called nobody; there are: shop/,
	);
});
