import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const launcher = join(root, 'packages/flotilla/bin/flotilla.js');

/** What came of a command. */
export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Starts the real command, as a shell does. */
export function start(cwd: string, ...args: readonly string[]): ChildProcess {
	return startWith({}, cwd, ...args);
}

/** The same with more variables in its environment. */
export function startWith(
	variables: Readonly<Record<string, string>>,
	cwd: string,
	...args: readonly string[]
): ChildProcess {
	// Where there is no terminal; a test of tests runs in a test.
	const { FORCE_COLOR: _, NODE_TEST_CONTEXT: __, ...env } = { ...process.env, ...variables };
	return spawn(process.execPath, ['--conditions=flotilla-src', launcher, ...args], { cwd, env });
}

export function flotilla(cwd: string, ...args: readonly string[]): Promise<Ended> {
	return ended(start(cwd, ...args));
}

export function ended(child: ChildProcess): Promise<Ended> {
	const texts = { stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr'] as const) {
		child[name]?.setEncoding('utf8').on('data', (text: string) => {
			texts[name] += text;
		});
	}
	return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...texts })));
}

const APP = `
import { app, contract, service } from 'flotilla';
import { z } from 'zod';
const One = z.object({ id: z.string() });
export const Counter = contract('counter', { version: 1, commands: { add: { input: One, output: One } } });
const counter = service(
	Counter,
	{ migrations: [{ name: '0001', sql: 'create table added (id text primary key);' }] },
	({ tx }) => ({
		commands: {
			add: (one) => tx(async (t) => { await t.run\`insert into added (id) values (\${one.id})\`; return one; }),
		},
	}),
);
export default app('counting', [counter]);
`;

/** A file with a simulation of three calls, in a scenario of those lines. */
export function simulationOf(name: string, lines = ''): string {
	return `
import { simulation } from '@flotilla/simulator';
import { Counter } from './app.ts';
export default simulation('${name}', import.meta.resolve('./app.ts'), { instances: 1, forMs: 1_000 }, async (world) => {
	${lines}
	const { add } = world.client(Counter);
	for (const id of ['a', 'b', 'c']) await world.insist(() => add({ id }, { idempotencyKey: id }));
});
`;
}

/** A folder in which there is a small app, and those files beside it. */
export async function inFolder(
	files: Readonly<Record<string, string>>,
	use: (folder: string) => Promise<void>,
): Promise<void> {
	// Inside the checkout, so that its packages are found.
	mkdirSync(join(root, '.flotilla'), { recursive: true });
	const folder = mkdtempSync(join(root, '.flotilla/command-'));
	try {
		for (const [name, text] of Object.entries({ 'app.ts': APP, ...files })) {
			mkdirSync(dirname(join(folder, name)), { recursive: true });
			writeFileSync(join(folder, name), text);
		}
		await use(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}
