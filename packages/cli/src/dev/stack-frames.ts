import { fileURLToPath } from 'node:url';
import { shownPath } from '../terminal/shown-path.ts';

/** Where the platform's own packages are: not what somebody is working on. */
const PLATFORM = ['flotilla', '@flotilla/gateway', '@flotilla/cli'].flatMap((name) => {
	try {
		return [new URL('..', import.meta.resolve(name)).href];
	} catch {
		return [];
	}
});

/** Whether a line of a stack is about Node.js, an installed package or the platform. */
export function isForeignFrame(line: string): boolean {
	return (
		/\(?node:/.test(line) ||
		/[\\/]node_modules[\\/]/.test(line) ||
		/<anonymous>\)?$/.test(line) ||
		PLATFORM.some((folder) => line.includes(folder))
	);
}

/** A line of a stack with its path as one would type it here. */
export function shortFrame(line: string): string {
	return line.replace(/file:\/\/[^\s)]+?(?=:\d+)/, (url) => {
		try {
			return shownPath(fileURLToPath(url));
		} catch {
			return url;
		}
	});
}

/** A stack with the lines only that are about the user's own files. */
export function ownStack(stack: string): string {
	return stack
		.split('\n')
		.filter((line) => !/^\s+at /.test(line) || !isForeignFrame(line))
		.map(shortFrame)
		.join('\n');
}
