/** What a client has to know: an HTTP status, a code, and data that say more. */
export class Refusal extends Error {
	readonly status: number;
	readonly code: string;
	readonly data: object;

	constructor(status: number, code: string, data: object = {}) {
		super(code);
		this.status = status;
		this.code = code;
		this.data = data;
	}
}
