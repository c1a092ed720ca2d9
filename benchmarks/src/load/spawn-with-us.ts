import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';

const prefix = ['setpriv', '--pdeathsig', 'TERM'] as const;

let prefixWorks: boolean | undefined;

/** Starts a process that, on Linux, the kernel ends even when this one is killed outright. */
export function spawnWithUs(command: readonly string[], options: SpawnOptions): ChildProcess {
	prefixWorks ??= spawnSync('setpriv', [...prefix.slice(1), 'true']).status === 0;
	const [file = '', ...args] = prefixWorks ? [...prefix, ...command] : command;
	return spawn(file, args, options);
}
