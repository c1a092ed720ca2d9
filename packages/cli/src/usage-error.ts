/** Whoever typed the command has to change it. The message says how; no stack helps. */
export class UsageError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'UsageError';
	}
}
