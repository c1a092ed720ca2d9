// Of processes that are not ours the kernel tells what they used (Linux only, proc(5)).
import { readdirSync, readFileSync } from 'node:fs';

/** What processes have used of the machine. */
export interface Usage {
	/** User and system time since they started. */
	readonly cpuUs: number;
	/** Now. Pages that several of them share count in each of them. */
	readonly rssBytes: number;
}

const TICK_US = 10_000;

/**
 * Of these processes and all their descendants together. A thread that has ended takes its time with
 * it: meant for processes whose threads stay, between two points of time.
 *
 * @throws {Error} When one of `roots` is not running.
 */
export function treeUsage(roots: readonly number[]): Usage {
	const total = { cpuUs: 0, rssBytes: 0 };
	for (const id of withDescendants(roots)) {
		try {
			total.cpuUs += cpuUsOf(id);
			total.rssBytes += rssBytesOf(id);
		} catch (error) {
			// Descendants come and go: what one used is found at its parent once it has ended.
			if (roots.includes(id)) throw new Error(`process ${id} has ended`, { cause: error });
		}
	}
	return total;
}

/** How many they are now, all descendants included. */
export function treeSize(roots: readonly number[]): number {
	return withDescendants(roots).length;
}

function withDescendants(roots: readonly number[]): readonly number[] {
	const children = Map.groupBy(runningProcesses(), parentOf);
	const found = new Set<number>(roots);
	// A set is gone through to its end, also what is added meanwhile.
	for (const id of found) for (const child of children.get(id) ?? []) found.add(child);
	return [...found];
}

function runningProcesses(): readonly number[] {
	if (process.platform !== 'linux') {
		throw new Error('What other processes use is measured on Linux only.');
	}
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

/** `undefined` when there is no such process. */
export function parentOf(id: number): number | undefined {
	try {
		return Number(statOf(id)[1]);
	} catch {
		return undefined; // It has ended meanwhile.
	}
}

/** Of its threads in nanoseconds, where `stat` would tell ticks, and of its children that have ended. */
function cpuUsOf(id: number): number {
	const folder = `/proc/${id}/task`;
	const threads = readdirSync(folder).map((thread) => {
		const [ranNs] = readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ');
		return Number(ranNs) / 1_000;
	});
	const stat = statOf(id);
	const endedTicks = Number(stat[13]) + Number(stat[14]);
	return threads.reduce((total, us) => total + us, endedTicks * TICK_US);
}

/** Counted page by page: the counters in `stat` lag behind. */
function rssBytesOf(id: number): number {
	const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
	const kib = /^Rss: +(\d+) kB$/m.exec(text)?.[1];
	if (kib === undefined) throw new Error(`process ${id} has no memory any more`);
	return Number(kib) * 1_024;
}

/** From the third field on: the second one is the command's name, which may hold anything. */
function statOf(id: number): readonly string[] {
	const text = readFileSync(`/proc/${id}/stat`, 'utf8');
	return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
