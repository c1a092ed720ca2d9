import { CodedError } from '../errors/coded-error.ts';
import { contractInvalid } from '../errors/contract-invalid.ts';

/** @throws {FlotillaError} `FLOTILLA_CONTRACT_INVALID` */
export function refuseContract(message: string, cause?: unknown): never {
	const { effect, remedy } = contractInvalid;
	throw new CodedError('FLOTILLA_CONTRACT_INVALID', `${message} ${remedy}`, {
		effect,
		...(cause !== undefined && { cause }),
	});
}
