import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const UNDER_ENGINES = 'FLOTILLA_BENCH_UNDER_ENGINES';

/**
 * Runs this command line once more below scripts/engines.mjs, which starts those of the engines that
 * are installed, and nothing else. The exit status is then that of the command.
 *
 * @returns `undefined` when there is nothing to start, or when this already is that run.
 */
export function runWithEngines(engines: readonly string[]): number | undefined {
	if (engines.length === 0 || process.env[UNDER_ENGINES] !== undefined) return undefined;
	const args = ['scripts/engines.mjs', ...engines, '--', process.execPath];
	const env = { FLOTILLA_ENGINES: 'found', ...process.env, [UNDER_ENGINES]: 'yes' };
	const { status } = spawnSync(
		process.execPath,
		[...args, ...process.execArgv, ...process.argv.slice(1)],
		{ cwd: root, env, stdio: 'inherit' },
	);
	return status ?? 1;
}
