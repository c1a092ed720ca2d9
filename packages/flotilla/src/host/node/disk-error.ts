import type { ErrorCode } from '../../errors/error-table.ts';
import { type Effect, FlotillaError } from '../../errors/flotilla-error.ts';

/** What was tried, in words that follow "Could not", such as `append to`. */
export interface DiskAttempt {
	readonly action: string;
	readonly path: string;
	/** What the failure leaves behind, where that is known better than for the code in general. */
	readonly effect?: Effect;
}

/** The error of the platform for one of the operating system. */
export function diskError(error: unknown, { action, path, effect }: DiskAttempt): FlotillaError {
	const reason = error instanceof Error ? error.message : String(error);
	return new FlotillaError(codeOf(error), `Could not ${action} ${path}: ${reason}.`, {
		...(effect !== undefined && { effect }),
		details: { path },
		cause: error,
	});
}

function codeOf(error: unknown): ErrorCode {
	switch ((error as NodeJS.ErrnoException | undefined)?.code) {
		case 'ENOSPC':
		case 'EDQUOT':
			return 'FLOTILLA_DISK_FULL';
		case 'EACCES':
		case 'EPERM':
		case 'EROFS':
		case 'ENOTDIR':
		case 'EISDIR':
			return 'FLOTILLA_DISK_DENIED';
		default:
			return 'FLOTILLA_DISK_FAILED';
	}
}
