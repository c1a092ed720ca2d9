/** What a command's exit code says; docs/reference/commands.md promises it. */
export const exitCodes = {
	/** It did what it was asked for, and found nothing wrong. */
	ok: 0,
	/** It found something wrong in what it examined. */
	found: 1,
	/** It was asked for something that there is not, or could not do it. */
	unusable: 2,
	/** Somebody pressed Ctrl-C. */
	interrupted: 130,
} as const;
