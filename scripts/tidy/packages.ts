import { posix } from 'node:path';
import type { Finding } from './finding.ts';
import { type Import, importsOf, isRelative, packageOf } from './imports.ts';
import {
	isPage,
	isTest,
	type Manifest,
	type Repository,
	type SourceFile,
	type Workspace,
	workspaceOf,
} from './repository.ts';

/** From the top to the bottom: a package imports those of lower rows, and no sibling. */
const ROWS: readonly (readonly RegExp[])[] = [
	[/^examples\//],
	[/^packages\/cli$/],
	[/^packages\/(console|gateway|mesh|opentelemetry)$/, /^packages\/engines\//],
	[/^packages\/(conformance|simulator|api-page)$/],
	[/^packages\/flotilla$/],
	[/^packages\/(checkers|protocols)$/],
];

const DEVELOPMENT = /^packages\/(conformance|simulator)$/;

/** What `flotilla new` copies: it belongs to a project with dependencies of its own. */
const TEMPLATE = /^packages\/cli\/templates\//;

const rowOf = (folder: string): number =>
	ROWS.findIndex((row) => row.some((pattern) => pattern.test(folder)));

type Complaint = Pick<Finding, 'problem' | 'remedy'>;

/** Between packages: layers, declared dependencies, and nothing but what `exports` names. */
export function checkPackages(repository: Repository): Finding[] {
	return repository.sources.flatMap((file) => {
		const home = workspaceOf(file.path, repository.workspaces);
		const misplaced = checkPlace(file, home);
		const imports = importsOf(file).flatMap((one) =>
			judge(one, file, home, repository).map((complaint) => ({
				path: file.path,
				line: one.line,
				...complaint,
			})),
		);
		return [...misplaced, ...imports];
	});
}

/** What stands elsewhere is seen by no type check and no test run. */
function checkPlace({ path }: SourceFile, home: Workspace | undefined): Finding[] {
	const isSeen = home
		? path.startsWith(`${home.folder}/src/`) || TEMPLATE.test(path)
		: /^(scripts|tests)\//.test(path);
	if (isSeen || !/\.tsx?$/.test(path)) return [];
	const remedy = 'move it to the src folder of a workspace, to tests/ or to scripts/';
	return [{ path, line: 1, problem: 'no type check sees this file', remedy }];
}

function judge(
	{ specifier }: Import,
	file: SourceFile,
	home: Workspace | undefined,
	repository: Repository,
): Complaint[] {
	if (specifier.startsWith('node:')) return judgeNode(specifier, file);
	if (isRelative(specifier)) return judgeRelative(specifier, file, home);
	const name = packageOf(specifier);
	if (name === home?.manifest.name) return [];
	const target = repository.workspaces.find(({ manifest }) => manifest.name === name);
	if (TEMPLATE.test(file.path)) {
		return target ? [judgeExported(specifier, target)].filter((one) => one !== undefined) : [];
	}
	return [
		judgeDeclared(name, file, home, repository, target),
		target && judgeExported(specifier, target),
		target && home && judgeRow(home, target, isTest(file.path)),
	].filter((complaint) => complaint !== undefined);
}

/** Nobody would notice before a browser does. */
function judgeNode(specifier: string, { path }: SourceFile): Complaint[] {
	if (!isPage(path) || isTest(path)) return [];
	const problem = `${specifier} is imported by a page, which runs in browsers`;
	return [{ problem, remedy: 'use what browsers have, or move this out of src/page' }];
}

function judgeRelative(
	specifier: string,
	{ path }: SourceFile,
	home: Workspace | undefined,
): Complaint[] {
	const folder = home?.folder ?? path.slice(0, path.indexOf('/'));
	const target = posix.join(posix.dirname(path), specifier);
	if (target.startsWith(`${folder}/`)) return [];
	const problem = `${specifier} reaches out of ${folder}/`;
	return [{ problem, remedy: 'import the other package by its name' }];
}

function judgeDeclared(
	name: string,
	{ path }: SourceFile,
	home: Workspace | undefined,
	{ root }: Repository,
	target: Workspace | undefined,
): Complaint | undefined {
	if (!home) {
		// What spans packages may use any of them.
		if (target || name in declared(root, true)) return undefined;
		return { problem: `${name} is not declared`, remedy: 'add it to the root package.json' };
	}
	// A page is bundled: whoever installs its package gets what it imports inside of it.
	const mayDevelop = isTest(path) || isPage(path) || home.manifest.private === true;
	if (name in declared(home.manifest, mayDevelop)) return undefined;
	if (mayDevelop && name in declared(root, true)) return undefined;
	const field = isTest(path) ? 'devDependencies' : 'dependencies';
	return {
		problem: `${name} is not declared; only npm's hoisting makes it work`,
		remedy: `add it to ${field} in ${home.folder}/package.json`,
	};
}

function declared(manifest: Manifest, withDevelopment: boolean): Record<string, string> {
	return {
		...manifest.dependencies,
		...manifest.peerDependencies,
		...manifest.optionalDependencies,
		...(withDevelopment ? manifest.devDependencies : {}),
	};
}

function judgeExported(specifier: string, { manifest, folder }: Workspace): Complaint | undefined {
	const { exports = '.' } = manifest;
	const entry = `.${specifier.slice(packageOf(specifier).length)}`;
	if (typeof exports === 'string' ? entry === '.' : entry in exports) return undefined;
	const remedy = `import one of its exports, or add an entry to ${folder}/package.json`;
	return { problem: `${specifier} is not among the exports of its package`, remedy };
}

function judgeRow(home: Workspace, target: Workspace, inTest: boolean): Complaint | undefined {
	const from = rowOf(home.folder);
	const to = rowOf(target.folder);
	// benchmarks has no row: it may import all, and nobody imports it.
	if (from === -1) return undefined;
	if (to === -1) return above(home, target, 'turn the dependency round');
	if (from === 0 && to === 0) return judgeExamples(home, target);
	if (DEVELOPMENT.test(target.folder)) return judgeDevelopment(home, target, inTest);
	if (to > from) return undefined;
	return above(home, target, 'move what both need below, or put it into tests/');
}

/** The simulator and the conformance suites are for tests, but for the commands that run them. */
function judgeDevelopment(
	home: Workspace,
	target: Workspace,
	inTest: boolean,
): Complaint | undefined {
	const isAbove = rowOf(home.folder) < rowOf(target.folder);
	const isCommand = home.folder === 'packages/cli' || home.folder.startsWith('examples/');
	if (isAbove && (inTest || isCommand)) return undefined;
	const remedy = isAbove ? 'import it in tests only' : 'put this test into tests/';
	return above(home, target, remedy);
}

/** examples/shop: the contracts, then the services, which do not know each other, then the app. */
function judgeExamples(home: Workspace, target: Workspace): Complaint | undefined {
	const [from, to] = [home.folder, target.folder].map((folder) => ({
		group: posix.dirname(folder),
		part: posix.basename(folder),
	}));
	if (!from || !to || from.group !== to.group) return above(home, target, 'keep examples apart');
	if (from.part === 'app' || (to.part === 'contracts' && from.part !== 'contracts')) {
		return undefined;
	}
	return above(home, target, 'let it know only the contract, from contracts/');
}

function above(home: Workspace, target: Workspace, remedy: string): Complaint {
	return { problem: `${home.folder} may not import ${target.folder}`, remedy };
}
