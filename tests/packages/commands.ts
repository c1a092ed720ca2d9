import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/** What came of a command. */
export interface Ended {
	readonly code: number | null;
	/** Both streams in their order. */
	readonly output: string;
}

/** The versions of Node that packages promise to run on, as far as they are here. */
export const nodes: readonly { readonly name: string; readonly path: string | undefined }[] = [
	{ name: 'this Node', path: process.execPath },
	{ name: 'Node 24', path: process.env.FLOTILLA_NODE_24 },
];

/** What npm sets for its scripts, and this repository for its tests: not for another project. */
const OURS =
	/^(?:npm_(?:package|lifecycle|command|execpath|node_execpath)|NODE_(?:OPTIONS|TEST_|COMPILE_|PATH)|FLOTILLA_|FORCE_COLOR|INIT_CWD)/;

/** As a shell of somebody has it who has this Node, and never heard of this repository. */
export function environmentOf(node: string): NodeJS.ProcessEnv {
	const path = (process.env.PATH ?? '')
		.split(delimiter)
		.filter((folder) => !/[\\/]node_modules[\\/]/.test(folder));
	const cleaned: NodeJS.ProcessEnv = {};
	for (const [name, value] of Object.entries(process.env)) {
		if (!OURS.test(name)) cleaned[name] = value;
	}
	return { ...cleaned, PATH: [dirname(node), ...path].join(delimiter), NO_COLOR: '1' };
}

/** Runs a line as a shell does, and waits for its end. */
export function inShell(
	line: string,
	cwd: string,
	env: NodeJS.ProcessEnv = environmentOf(process.execPath),
): Promise<Ended> {
	const child = spawn('sh', ['-e', '-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			output += text;
		});
	}
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code) => resolve({ code, output }));
	});
}

/** The same for a line that must work. @returns What it printed. */
export async function must(line: string, cwd: string, env?: NodeJS.ProcessEnv): Promise<string> {
	const { code, output } = await inShell(line, cwd, env);
	assert.equal(code, 0, `$ ${line}\n${output}`);
	return output;
}
