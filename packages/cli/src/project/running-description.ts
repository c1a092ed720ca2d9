import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { upwards } from './project.ts';

/** In the data folder, while a process runs there. */
export const RUNNING_FILE = 'running.json';

/** In the data folder, readable for its owner only: what `flotilla dev` lets itself in with. */
export const DEVELOPER_TOKEN_FILE = 'developer-token';

/** What `flotilla run` and `flotilla dev` tell about the process for other commands. */
export interface RunningDescription {
	/** The app's name. */
	readonly app: string;
	/** Of its edge, without a slash at the end. */
	readonly url: string;
	readonly processId: number;
	/** Whether it takes the developer's token that lies beside. */
	readonly hasDeveloper: boolean;
}

/** A process that runs, and its data folder. */
export interface RunningProcess extends RunningDescription {
	readonly data: string;
}

export function describeRunning(description: RunningDescription): string {
	return `${JSON.stringify({ format: 1, ...description })}\n`;
}

/**
 * The processes that run on the data folders below `.flotilla`, in this folder or the nearest one
 * above that has any.
 */
export function findRunning(folder: string): readonly RunningProcess[] {
	for (const one of upwards(folder)) {
		const root = join(one, '.flotilla');
		const found = namesIn(root).flatMap((name) => readRunning(join(root, name)) ?? []);
		if (found.length > 0) return found;
	}
	return [];
}

/**
 * The data folder of an app that was killed, or whose description cannot be read, in this folder or the
 * nearest one above with data; `undefined` when all that ran there have ended in peace.
 */
export function findGone(folder: string): string | undefined {
	for (const one of upwards(folder)) {
		const root = join(one, '.flotilla');
		const names = namesIn(root);
		const gone = names.find((name) => existsSync(join(root, name, RUNNING_FILE)));
		if (gone !== undefined) return join(root, gone);
		if (names.length > 0) return undefined;
	}
	return undefined;
}

/** The process that runs on a data folder; `undefined` when there is none, or nobody can tell. */
export function readRunning(data: string): RunningProcess | undefined {
	try {
		const text = readFileSync(join(data, RUNNING_FILE), 'utf8');
		const { app, url, processId, hasDeveloper } = JSON.parse(text) as Partial<RunningDescription>;
		if (typeof app !== 'string' || typeof url !== 'string' || typeof processId !== 'number') {
			return undefined;
		}
		// One that was killed leaves its description behind.
		if (!isAlive(processId)) return undefined;
		return { app, url, processId, hasDeveloper: hasDeveloper === true, data };
	} catch {
		return undefined;
	}
}

/** The developer's token of a process; `undefined` when it takes none. */
export function developerTokenOf({ hasDeveloper, data }: RunningProcess): string | undefined {
	if (!hasDeveloper) return undefined;
	try {
		return readFileSync(join(data, DEVELOPER_TOKEN_FILE), 'utf8').trim();
	} catch {
		return undefined;
	}
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function isAlive(processId: number): boolean {
	try {
		process.kill(processId, 0);
		return true;
	} catch (error) {
		// It is there and belongs to somebody else.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
