import assert from 'node:assert/strict';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { environmentOf, must, nodes } from './commands.ts';
import { installAll, type PackedPackages, pack, root } from './consumer.ts';
import { fencesOf, fileOf } from './fences.ts';

let packages: PackedPackages = {};
let folder = '';

before(async () => {
	packages = await pack();
	folder = await installAll(packages);
});

after(() => {
	if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

/** Runs on every Node that packages promise to run on. */
function onEachNode(name: string, run: (env: NodeJS.ProcessEnv) => Promise<void>): void {
	for (const { name: node, path } of nodes) {
		const skip = path === undefined && 'FLOTILLA_NODE_24 is not set: npm run test:all sets it';
		test(`${name}, under ${node}`, { skip }, () => run(environmentOf(path ?? '')));
	}
}

const installedIn = (name: string): string => join(folder, 'node_modules', name);

/** `flotilla`, `flotilla/run`, and so on for all packages. */
function entries(): string[] {
	return Object.keys(packages).flatMap((name) => {
		const manifest = JSON.parse(readFileSync(join(installedIn(name), 'package.json'), 'utf8'));
		return Object.keys(manifest.exports).map((entry) => `${name}${entry.slice(1)}`);
	});
}

/** The programs of a page, each in a file of its own. @returns The paths of those that are run. */
function writePrograms(page: URL, below: string): string[] {
	const runnable: string[] = [];
	const fences = fencesOf(page).filter(({ language }) => language === 'ts');
	for (const [number, fence] of fences.entries()) {
		const path = join(folder, below, fileOf(fence) ?? `program-${number}.ts`);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, fence.code);
		if (fence.words.includes('run')) runnable.push(path);
	}
	return runnable;
}

function readmes(): [name: string, page: URL][] {
	return Object.keys(packages).map((name) => [
		name,
		pathToFileURL(join(installedIn(name), 'README.md')),
	]);
}

test('every workspace that is not private is packed', () => {
	assert.deepEqual(Object.keys(packages).sort(), [
		'@flotilla/api-page',
		'@flotilla/checkers',
		'@flotilla/cli',
		'@flotilla/conformance',
		'@flotilla/gateway',
		'@flotilla/postgres',
		'@flotilla/simulator',
		'flotilla',
	]);
});

test('what is installed has a licence, a page, and no tests or leavings of tools', () => {
	const licence = readFileSync(new URL('LICENSE', root), 'utf8');
	for (const name of Object.keys(packages)) {
		const files = globSync('**/*', { cwd: installedIn(name) });
		// A template's tests go along: they are what it is for.
		const own = files.filter((path) => !path.startsWith('templates/'));
		const strange = own.filter((path) => /\.test\.|\/testing-|\.tsbuildinfo$|\/\./.test(path));
		assert.deepEqual(strange, [], name);
		assert.equal(readFileSync(join(installedIn(name), 'LICENSE'), 'utf8'), licence, name);
		assert.ok(files.includes('README.md'), name);
	}
});

test('every source map leads to a source that is there', () => {
	for (const name of Object.keys(packages)) {
		const maps = globSync('dist/**/*.map', { cwd: installedIn(name) });
		assert.ok(maps.length > 0, name);
		for (const map of maps) {
			const path = join(installedIn(name), map);
			const { sources } = JSON.parse(readFileSync(path, 'utf8'));
			for (const source of sources) readFileSync(join(dirname(path), source));
		}
	}
});

onEachNode('every entry can be imported', async (env) => {
	const names = entries();
	assert.ok(names.length >= 11, names.join());
	const program = `for (const name of ${JSON.stringify(names)}) {
		const all = Object.keys(await import(name));
		if (all.length === 0) throw new Error(name + ' exports nothing');
	}`;
	writeFileSync(join(folder, 'imports.mjs'), program);
	await must('node imports.mjs', folder, env);
});

onEachNode("the README's service runs", async (env) => {
	const [program = ''] = writePrograms(new URL('README.md', root), 'readme');
	const output = await must(`node ${relative(folder, program)}`, folder, env);
	assert.match(output, /Hello, Ada!/);
});

onEachNode("the example of each package's page runs", async (env) => {
	for (const [name, page] of readmes()) {
		for (const program of writePrograms(page, `pages/${name}`)) {
			await must(`node ${relative(folder, program)}`, folder, env);
		}
	}
});

onEachNode('the commands run', async (env) => {
	assert.match(await must('npx flotilla --help', folder, env), /Usage: flotilla COMMAND/);
	assert.match(await must('npx flotilla explain tx-nested', folder, env), /^FLOTILLA_TX_NESTED/m);
	const simulation = `
		import { simulation } from '@flotilla/simulator';
		import { Counter } from './app.ts';
		export default simulation('counting', import.meta.resolve('./app.ts'), {}, async (world) => {
			const { increment } = world.client(Counter);
			for (const idempotencyKey of ['a', 'b']) {
				await world.insist(() => increment(undefined, { idempotencyKey }));
			}
			world.eventually('each counts once', () => world.rows('counter')\`select sum from counter\`[0]?.sum === 2);
		});`;
	writePrograms(pathToFileURL(join(installedIn('@flotilla/simulator'), 'README.md')), 'sim');
	writeFileSync(join(folder, 'sim/counting.sim.ts'), simulation);
	assert.match(await must('npx flotilla sim sim --seeds 3', folder, env), /Nothing found/);
});

test('a project that a command from tarballs makes brings them along, and installs', async () => {
	const made = await must('npx flotilla new made/orders --no-install --json', folder);
	const { packages: source, isInstalled, files } = JSON.parse(made);
	assert.deepEqual({ source, isInstalled }, { source: 'vendor', isInstalled: false });
	assert.ok(files.includes('src/app.sim.ts') && files.includes('.gitignore'), files.join());
	const project = join(folder, 'made/orders');
	const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
	assert.match(dependencies.flotilla, /^file:vendor\/flotilla-.*\.tgz$/);
	assert.match(readFileSync(join(project, 'Dockerfile'), 'utf8'), /vendor/);
	await must('npm install --prefer-offline --no-audit --no-fund', project);
	assert.match(await must('npm test', project), /pass [1-9]/);
});

/** Compilers by what their packages are called here, and how modules are found. */
const COMPILERS = ['typescript', 'typescript-5'];
const RESOLUTIONS = { NodeNext: 'NodeNext', Bundler: 'Preserve' };

const STRICT = {
	strict: true,
	exactOptionalPropertyTypes: true,
	noUncheckedIndexedAccess: true,
	verbatimModuleSyntax: true,
	allowImportingTsExtensions: true,
	noEmit: true,
	target: 'ES2024',
	types: ['node'],
	// Else nobody would see what is wrong with our own declarations.
	skipLibCheck: false,
};

for (const compiler of COMPILERS) {
	for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
		test(`types check with ${compiler} and ${moduleResolution}`, async () => {
			const below = `types-${compiler}-${moduleResolution}`;
			writePrograms(new URL('README.md', root), `${below}/readme`);
			for (const [name, page] of readmes()) writePrograms(page, `${below}/${name}`);
			const all = entries().map((name, number) => `export * as e${number} from '${name}';`);
			writeFileSync(join(folder, below, 'entries.ts'), all.join('\n'));
			// Were our types lost on the way, everything would compile.
			const wrong = `
				import { contract } from 'flotilla';
				import { run } from 'flotilla/run';
				import { z } from 'zod';
				const A = contract('a', { version: 1, queries: { get: { input: z.object({ id: z.string() }) } } });
				declare const fleet: Awaited<ReturnType<typeof run>>;
				// @ts-expect-error An id is a text.
				void fleet.client(A).get({ id: 1 });
				// @ts-expect-error There is no such query.
				void fleet.client(A).got({ id: 'a' });`;
			writeFileSync(join(folder, below, 'wrong.ts'), wrong);
			const compilerOptions = { ...STRICT, module, moduleResolution };
			const config = { compilerOptions, include: ['**/*.ts'] };
			writeFileSync(join(folder, below, 'tsconfig.json'), JSON.stringify(config));
			await must(`node node_modules/${compiler}/bin/tsc -p ${below} --pretty false`, folder);
		});
	}
}

test('contracts and clients compile for a browser, without the types of Node', async () => {
	const below = join(folder, 'browser');
	mkdirSync(below);
	const lines = "export * from 'flotilla';\nexport * as client from 'flotilla/client';\n";
	writeFileSync(join(below, 'index.ts'), lines);
	const compilerOptions = { ...STRICT, module: 'Preserve', types: [], lib: ['ES2022', 'DOM'] };
	// Nothing is found by accident: only what `flotilla` itself needs is there.
	const files = [join(below, 'index.ts')];
	writeFileSync(join(below, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
	const traced = await must(`npx tsc -p browser --listFilesOnly`, folder);
	assert.doesNotMatch(traced, /@types\/node/);
	await must('npx tsc -p browser', folder);
});

test('the packages bring no install script', () => {
	const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
	const scripted = Object.entries<{ hasInstallScript?: boolean }>(lock.packages)
		.filter(([, { hasInstallScript }]) => hasInstallScript === true)
		.map(([path]) => path);
	assert.deepEqual(scripted, []);
});
