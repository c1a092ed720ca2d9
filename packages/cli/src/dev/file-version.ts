import { statSync } from 'node:fs';

/** Differs when a file has been written since; empty when there is none. */
export function fileVersion(path: string): string {
	const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
	return stats === undefined ? '' : `${stats.mtimeNs}-${stats.size}-${stats.ino}`;
}
