import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { driveWork, virtually } from '../drive/testing-drive.ts';
import { installGlobals } from '../globals/install.ts';
import {
	type LoadOptions,
	loadedSoFar,
	loadIncarnation,
	uninstallIncarnations,
} from './incarnation.ts';

const files = {
	'app.ts': `
		import { next, rename } from './counter.ts';
		import settings from './settings.json' with { type: 'json' };
		import { count } from 'shared';
		export { next, rename, count, settings };
		export const later = async (): Promise<unknown> => (await import('./lazy.ts')).next();
		export type Unused = { readonly a: number };
		export const loadedMs: number = Date.now();
	`,
	'counter.ts': `
		let value = 0;
		export const next = (): number => ++value;
		export const rename = (): string => 'as it is';
	`,
	'lazy.ts': `export { next } from './counter.ts';\n`,
	'settings.json': '{ "changed": false }',
	'failing.ts': `export function fail(a: { readonly long: string }): never {\n\tconst x: number = 1; throw new Error(String(x) + a.long);\n}\n`,
	'classic.cjs': 'exports.a = 1;',
	'uses-classic.ts': `import classic from './classic.cjs';\nexport default classic;\n`,
	'broken.ts': 'export const = 1;',
	'node_modules/shared/package.json':
		'{ "name": "shared", "type": "module", "exports": "./index.js" }',
	'node_modules/shared/index.js': 'let value = 0; export const count = () => ++value;',
	'drawing.ts': `
		import { draw } from 'nanoid';
		import { count } from 'counting';
		export { draw, count };
	`,
	'node_modules/nanoid/package.json':
		'{ "name": "nanoid", "type": "module", "exports": "./index.js" }',
	// As the real one: bytes for many names are drawn at once.
	'node_modules/nanoid/index.js': `
		const pool = new Uint32Array(4);
		let used = pool.length;
		export const draw = () => {
			if (used === pool.length) { crypto.getRandomValues(pool); used = 0; }
			return pool[used++];
		};
	`,
	'node_modules/counting/package.json':
		'{ "name": "counting", "type": "module", "exports": "./index.js" }',
	'node_modules/counting/index.js': 'let value = 0; export const count = () => ++value;',
	'fresh.ts': `
		export { evaluatedMs } from 'fresh';
		export const late = () => import('late');
	`,
	'node_modules/fresh/package.json':
		'{ "name": "fresh", "type": "module", "exports": "./index.js" }',
	'node_modules/fresh/index.js': 'export const evaluatedMs = Date.now();',
	'copying.ts': `export { wait } from 'copying';`,
	'node_modules/copying/package.json':
		'{ "name": "copying", "type": "module", "exports": "./index.js" }',
	'node_modules/copying/index.js': 'export const wait = setTimeout;',
	'node_modules/late/package.json': '{ "name": "late", "exports": "./index.cjs" }',
	'node_modules/late/index.cjs': `exports.text = typeof require('./more.cjs');`,
	'node_modules/late/more.cjs': 'module.exports = {};',
	'global.ts': `
		const globals = globalThis as unknown as { counter?: { count: number } };
		globals.counter ??= { count: 0 };
		export const next = (): number => ++(globals.counter ??= { count: 0 }).count;
		export const stack = (): string => new Error('x').stack ?? '';
	`,
	'requiring.ts': `
		import { createRequire } from 'node:module';
		export const load = (): unknown => createRequire(import.meta.url)('./counter.ts');
	`,
	'both.ts': `
		export { rename } from './counter.ts';
		export { inner } from './nested/entry.ts';
	`,
	'nested/entry.ts': `export { rename as inner } from './counter.ts';`,
	'nested/counter.ts': `export const rename = (): string => 'nested';`,
	'old/package.json': '{ "type": "commonjs" }',
	'old/app.mts': `export { next } from '../counter.ts';`,
};

let folder: string;
let lastIncarnation = 1_000_000;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'flotilla-incarnation-'));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(folder, name)), { recursive: true });
		await writeFile(join(folder, name), text);
	}
});

after(async () => {
	uninstallIncarnations();
	await rm(folder, { recursive: true });
});

interface App {
	readonly next: () => number;
	readonly rename: () => string;
	readonly count: () => number;
	readonly later: () => Promise<number>;
	readonly settings: { changed: boolean };
	readonly loadedMs: number;
}

function urlOf(name: string): string {
	return pathToFileURL(join(folder, name)).href;
}

async function load<T = App>(
	name = 'app.ts',
	replaced?: Readonly<Record<string, string>>,
): Promise<T> {
	const replacements =
		replaced && new Map(Object.entries(replaced).map(([file, text]) => [urlOf(file), text]));
	const options = replacements === undefined ? {} : { replacements };
	return (await loadIncarnation(urlOf(name), ++lastIncarnation, options)) as T;
}

test('each incarnation has its own modules, also those that it imports later', async () => {
	const one = await load();
	const two = await load();
	assert.deepEqual([one.next(), one.next(), two.next()], [1, 2, 1]);
	assert.deepEqual([await one.later(), await two.later()], [3, 2]);
	one.settings.changed = true;
	assert.equal(two.settings.changed, false);
});

test('a second entry of one incarnation shares its modules with the first', async () => {
	const incarnation = ++lastIncarnation;
	const app = (await loadIncarnation(urlOf('app.ts'), incarnation)) as unknown as App;
	const other = (await loadIncarnation(urlOf('old/app.mts'), incarnation)) as unknown as App;
	assert.deepEqual([app.next(), other.next()], [1, 2]);
});

test('one specifier means different modules in different folders', async () => {
	const { rename, inner } = await load<{ rename: () => string; inner: () => string }>('both.ts');
	assert.deepEqual([rename(), inner()], ['as it is', 'nested']);
});

test('installed packages are shared', async () => {
	const one = await load();
	const two = await load();
	const first = one.count();
	assert.equal(two.count(), first + 1);
});

test('packages that draw ahead are not shared, nor are those that are named', async () => {
	type Drawing = { readonly draw: () => number; readonly count: () => number };
	const draws: number[] = [];
	for (let runs = 0; runs < 2; runs++) {
		draws.push(await virtually(async () => (await load<Drawing>('drawing.ts')).draw()));
	}
	assert.equal(draws[0], draws[1], 'the second run draws what the first one drew');
	const counts: number[] = [];
	for (const ownPackages of [[], [], ['counting'], ['counting']]) {
		const url = urlOf('drawing.ts');
		const loaded = await loadIncarnation(url, ++lastIncarnation, { ownPackages });
		counts.push((loaded as unknown as Drawing).count());
	}
	assert.deepEqual(counts, [1, 2, 1, 1]);
});

test('imports of the real world are left alone', async () => {
	const one = await load();
	one.next();
	const real = (await import(urlOf('app.ts'))) as App;
	const again = (await import(urlOf('app.ts'))) as App;
	assert.equal(real, again);
	assert.deepEqual([real.next(), one.next()], [1, 2]);
});

test('a replaced source is that of its incarnation only', async () => {
	const text = (name: string): string =>
		`let v: number = 5;\nexport const next = (): number => ++v;\nexport const rename = (): string => '${name}';\n`;
	const one = await load('app.ts', { 'counter.ts': text('one') });
	const plain = await load();
	const two = await load('app.ts', { 'counter.ts': text('two') });
	assert.deepEqual(
		[one, plain, two].map((app) => app.rename()),
		['one', 'as it is', 'two'],
	);
	assert.deepEqual([await one.later(), await plain.later(), await two.later()], [6, 1, 6]);
});

test('stacks show the file, lines and columns of the source', async () => {
	const { fail } = await load<{ fail: (a: { long: string }) => never }>('failing.ts');
	assert.throws(
		() => fail({ long: 'x' }),
		(error: Error) => {
			const column = 'const x: number = 1; throw '.length + 2;
			return new RegExp(`failing\\.ts:2:${column}`).test(error.stack ?? '');
		},
	);
});

test("an app's own CommonJS modules are refused, since Node would share them", async () => {
	await assert.rejects(
		load('uses-classic.ts'),
		/classic\.cjs is a CommonJS module, which Node shares/,
	);
});

test('a module that does not parse says so each time', async () => {
	for (let tries = 0; tries < 2; tries++) await assert.rejects(load('broken.ts'), SyntaxError);
});

test('a global that an app assigns connects neither its processes nor its runs', async () => {
	type Global = { readonly next: () => number; readonly stack: () => string };
	// Looked at first, as a run does, outside of all processes.
	await load('global.ts');
	const stacks = new Set<string>();
	for (let runs = 0; runs < 2; runs++) {
		const counts = await virtually(async () => {
			const { next, stack } = await load<Global>('global.ts');
			stacks.add(stack().split('\n')[1] ?? '');
			return [next(), next()];
		});
		assert.deepEqual(counts, [1, 2]);
	}
	assert.ok(!Object.hasOwn(globalThis, 'counter'));
	assert.equal(stacks.size, 1, 'stacks do not tell which incarnation it is');
});

test("an app's own modules are not to be required, since Node would share them", async () => {
	const { load: requires } = await load<{ load: () => unknown }>('requiring.ts');
	assert.throws(requires, /counter\.ts is required, and so would be shared/);
});

test('loading takes no virtual time, and gives the process its own time', async () => {
	const { value, end, kernel } = await driveWork(async (_kernel, process) => {
		const app = await load();
		return { loadedMs: app.loadedMs, wallMs: process.wallMs(), later: await app.later() };
	});
	assert.deepEqual([end, kernel.nowMs, kernel.trace.count], [{ kind: 'reached' }, 5, 1]);
	assert.equal(value?.loadedMs, value?.wallMs);
	assert.equal(value?.later, 1);
});

test('what is shared is evaluated outside of the simulation', async () => {
	const { evaluatedMs } = await virtually(() => load<{ evaluatedMs: number }>('fresh.ts'));
	assert.ok(Math.abs(evaluatedMs - Date.now()) < 3_600_000);
});

test('a shared package that keeps a copy of a global keeps the patched one', async () => {
	installGlobals()();
	const { wait } = await load<{ wait: typeof setTimeout }>('copying.ts');
	const { end, kernel } = await driveWork(() => new Promise((resolve) => wait(resolve, 1_000_000)));
	assert.equal(end.kind, 'reached');
	assert.ok(kernel.nowMs > 1_000_000);
});

test('a process may import an installed package late, CommonJS too', async () => {
	const { text } = await virtually(async () => {
		const { late } = await load<{ late: () => Promise<{ text: string }> }>('fresh.ts');
		return late();
	});
	assert.equal(text, 'object');
});

test('what was loaded is counted', async () => {
	const before = loadedSoFar();
	await load();
	const { modules, sizeBytes } = loadedSoFar();
	assert.equal(modules - before.modules, 3);
	const own = files['app.ts'].length + files['counter.ts'].length + files['settings.json'].length;
	assert.equal(sizeBytes - before.sizeBytes, own);
});

type Platform = typeof import('flotilla');

async function platforms(options: LoadOptions): Promise<readonly [Platform, Platform]> {
	const url = import.meta.resolve('flotilla');
	const load = () => loadIncarnation(url, ++lastIncarnation, options);
	return (await Promise.all([load(), load()])) as unknown as [Platform, Platform];
}

test('the platform is shared, or loaded anew for each incarnation when asked for', async () => {
	const [shared, same] = await platforms({});
	assert.equal(shared.FlotillaError, same.FlotillaError);
	const [one, two] = await platforms({ ownPlatform: true });
	assert.notEqual(one.FlotillaError, two.FlotillaError);
	assert.notEqual(one.FlotillaError, shared.FlotillaError);
	assert.ok(two.isFlotillaError(new one.FlotillaError('FLOTILLA_OVERLOADED', 'X.')));
});

test('a replaced module of the platform is not shared, and so nothing of the platform is', async () => {
	const url = import.meta.resolve('flotilla');
	const replacements = new Map([[url, 'export const planted = true;']]);
	const [one, two] = await platforms({ replacements });
	assert.notEqual(one, two);
	assert.equal((one as unknown as { readonly planted: boolean }).planted, true);
});

test('after uninstalling nothing is loaded apart', async () => {
	uninstallIncarnations();
	assert.deepEqual(loadedSoFar(), { modules: 0, sizeBytes: 0 });
	const one = (await import(`${urlOf('app.ts')}?incarnation=9`)) as App;
	const real = (await import(urlOf('app.ts'))) as App;
	const next = real.next();
	assert.equal(one.next(), next + 1);
	assert.equal((await load()).next(), 1);
});
