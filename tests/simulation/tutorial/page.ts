import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
const page = 'docs/tutorial/break-the-shop.md';
const scenario = 'examples/shop/app/src/shop.sim.ts';

/** A block of code: its language, the file that it changes, and what it says. */
const FENCE = /^```(\w+)(?: file=(\S+))?\n([\s\S]*?)\n```$/gm;

/** What the tutorial says, as a reader who does it has it. */
export interface Tutorial {
	readonly text: string;
	/** The commands that run simulations, in order. */
	readonly commands: readonly string[];
	/** The source with the bug, as a simulation takes it: nothing in the tree is changed. */
	readonly planted: ReadonlyMap<string, string>;
	/** `file:` URL of the scenario with its sharper question. */
	readonly sharper: string;
}

/** Whoever reads it at the same time as another one gives another name. */
export function readTutorial(name: string): Tutorial {
	const text = readFileSync(fileURLToPath(new URL(page, root)), 'utf8');
	const commands: string[] = [];
	const sources = new Map<string, string>();
	for (const [, language, path = '', code = ''] of text.matchAll(FENCE)) {
		if (language === 'diff') sources.set(path, changed(path, code));
		if (language === 'sh') commands.push(...code.split('\n').filter(runsSimulations));
	}
	const sharper = sources.get(scenario) ?? '';
	sources.delete(scenario);
	const planted = [...sources].map(([path, source]) => [new URL(path, root).href, source] as const);
	return { text, commands, planted: new Map(planted), sharper: copied(name, sharper) };
}

function runsSimulations(command: string): boolean {
	return command.includes('flotilla sim');
}

/** A source after a change that a page shows as a diff. */
function changed(path: string, diff: string): string {
	const lines = diff.split('\n');
	const linesOf = (sign: '-' | '+'): string =>
		lines
			.filter((line) => line.startsWith(sign) || line.startsWith(' '))
			.map((line) => line.slice(1))
			.join('\n');
	const parts = readFileSync(fileURLToPath(new URL(path, root)), 'utf8').split(linesOf('-'));
	if (parts.length !== 2) throw new Error(`${path} no longer has this once:\n${linesOf('-')}`);
	return parts.join(linesOf('+'));
}

/** The scenario as a file of its own inside the checkout, where its packages are found. */
function copied(name: string, source: string): string {
	const folder = new URL(`.flotilla/tutorial/${name}/`, root);
	mkdirSync(folder, { recursive: true });
	const file = new URL('shop.sim.ts', folder);
	const app = new URL('app.ts', new URL(scenario, root)).href;
	writeFileSync(file, source.replaceAll('./app.ts', app));
	return file.href;
}
