import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fencesOf, programsOf } from '../doctest/fences.ts';
import { screenshotOfShop } from './screenshots.ts';
import { terminalSvg } from './terminal.ts';

/** A picture, or why there is none now. */
export type Drawn = { readonly content: string | Buffer } | { readonly skipped: string };

interface Picture {
	/** Of its file in docs/pictures. */
	readonly name: string;
	readonly draw: (root: string) => Promise<Drawn>;
}

export const pictures: readonly Picture[] = [
	{ name: 'break-the-shop.svg', draw: sequenceOfTheTutorial },
	{
		name: 'terminal-sim.svg',
		draw: async (root) => {
			const folder = theatre(root);
			const args = ['sim', 'theatre.sim.ts', '--seeds', '50'];
			return { content: terminal(root, args, { folder, status: 1 }) };
		},
	},
	{
		name: 'terminal-explain.svg',
		draw: async (root) => ({
			content: terminal(root, ['explain', 'FLOTILLA_COMMIT_UNKNOWN'], { folder: root, status: 0 }),
		}),
	},
	{ name: 'storefront.png', draw: (root) => screenshotOfShop(root, '/') },
	{ name: 'api-page.png', draw: (root) => screenshotOfShop(root, '/docs') },
];

/** Drawn by the program that the tutorial names. */
async function sequenceOfTheTutorial(root: string): Promise<Drawn> {
	const folder = mkdtempSync(join(tmpdir(), 'flotilla-picture-'));
	const path = join(folder, 'picture.svg');
	try {
		const program = join(root, 'tests/simulation/tutorial/picture.ts');
		const { status, stderr } = spawnSync(
			process.execPath,
			['--conditions=flotilla-src', program, path],
			{ cwd: root, encoding: 'utf8' },
		);
		if (status !== 0) throw new Error(`the tutorial's finding was not drawn:\n${stderr}`);
		return { content: readFileSync(path, 'utf8') };
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** The app with a bug of "Write a scenario", as its page has it. */
function theatre(root: string): string {
	const page = 'docs/how-to/write-a-scenario.md';
	const folder = join(root, '.flotilla/pictures/theatre');
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const programs = programsOf(fencesOf(page, readFileSync(join(root, page), 'utf8')));
	for (const name of ['contracts.ts', 'app.ts', 'theatre.sim.ts']) {
		const program = programs.find(({ path }) => path.endsWith(`/${name}`));
		if (program === undefined) throw new Error(`${page} has no ${name} any more`);
		writeFileSync(join(folder, name), program.text);
	}
	return folder;
}

/** What the command prints to a terminal with colours. Progress goes elsewhere, and is not shown. */
function terminal(
	root: string,
	args: readonly string[],
	expected: { readonly folder: string; readonly status: number },
): string {
	const bin = join(root, 'node_modules/.bin');
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		['--conditions=flotilla-src', join(root, 'packages/flotilla/bin/flotilla.js'), ...args],
		{
			cwd: expected.folder,
			encoding: 'utf8',
			env: {
				...{ FORCE_COLOR: '1', HOME: process.env.HOME, COLUMNS: '110' },
				PATH: `${bin}${delimiter}${process.env.PATH}`,
			},
		},
	);
	if (status !== expected.status) {
		throw new Error(`flotilla ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
	}
	return terminalSvg(`npx flotilla ${args.join(' ')}`, stdout);
}
