import { spawn, spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

const OLDEST_NODE = 24;

/** Where npm puts the commands of a project, in front of those of the machine. */
const OF_A_PROJECT = /[\\/]node_modules[\\/]/;

/** What npm tells the scripts of one project is not for another one. */
const OF_A_SCRIPT =
	/^(?:npm_(?:package|lifecycle|command|execpath|node_execpath|config_local_prefix)|INIT_CWD$)/;

/** The environment of this process, as the user's shell has it. */
function shellEnvironment(): NodeJS.ProcessEnv {
	const own = Object.entries(process.env).filter(([name]) => !OF_A_SCRIPT.test(name));
	const path = (process.env.PATH ?? '')
		.split(delimiter)
		.filter((folder) => !OF_A_PROJECT.test(folder))
		.join(delimiter);
	return { ...Object.fromEntries(own), PATH: path };
}

/** Whether `node`, typed in a shell, is one that runs a project. */
export function hasModernNode(): boolean {
	const { status, stdout } = spawnSync('node', ['--version'], {
		encoding: 'utf8',
		env: shellEnvironment(),
		shell: process.platform === 'win32',
	});
	return status === 0 && Number.parseInt(stdout.slice(1), 10) >= OLDEST_NODE;
}

/**
 * Runs `npm install`. What it says goes to standard error.
 *
 * @returns Whether it worked.
 */
export async function npmInstall(folder: string): Promise<boolean> {
	const child = spawn('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd: folder,
		env: shellEnvironment(),
		stdio: ['ignore', process.stderr, process.stderr],
		shell: process.platform === 'win32',
	});
	return await new Promise((resolve) => {
		child.once('error', () => resolve(false));
		child.once('close', (code) => resolve(code === 0));
	});
}
