import { type Effect, type ErrorCode, FlotillaError } from 'flotilla/adapter';

/** What was tried, in words that follow "Could not", such as `append to`. */
export interface DiskAttempt {
	readonly action: string;
	readonly path: string;
	readonly effect?: Effect;
}

type Reason = 'ENOENT' | 'EIO' | 'ENOSPC' | 'ENOTDIR' | 'EISDIR';

const reasons: Record<Reason, readonly [code: ErrorCode, words: string]> = {
	ENOENT: ['FLOTILLA_DISK_FAILED', 'no such file or directory'],
	EIO: ['FLOTILLA_DISK_FAILED', 'i/o error'],
	ENOSPC: ['FLOTILLA_DISK_FULL', 'no space left on device'],
	ENOTDIR: ['FLOTILLA_DISK_DENIED', 'not a directory'],
	EISDIR: ['FLOTILLA_DISK_DENIED', 'illegal operation on a directory'],
};

/** The error that the real host gives for one of the operating system. */
export function diskError(reason: Reason, { action, path, effect }: DiskAttempt): FlotillaError {
	const [code, words] = reasons[reason];
	const message = `${reason}: ${words}, ${action} '${path}'`;
	return new FlotillaError(code, `Could not ${action} ${path}: ${message}.`, {
		...(effect !== undefined && { effect }),
		details: { path },
		cause: Object.assign(new Error(message), { code: reason }),
	});
}
