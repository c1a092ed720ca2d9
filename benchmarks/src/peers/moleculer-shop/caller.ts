import { type Context, Errors } from 'moleculer';
import type { Emit } from '../peer-shop/model.ts';
import { Refusal } from '../peer-shop/refusal.ts';

/** What travels with a call from the gateway. */
export interface Meta {
	readonly userId?: string;
	readonly idempotencyKey?: string;
	readonly waitMs?: number;
	$statusCode?: number;
	$location?: string;
}

export type Call<Input = object> = Context<Input, Meta>;

/** Events go out once, without an acknowledgement. */
export function emitter(emit: (name: string, data: object) => unknown): Emit {
	return (name, data) => void emit(name, data);
}

/** A refusal as Moleculer carries it between nodes. */
export async function refusing<Answer>(work: () => Answer | Promise<Answer>): Promise<Answer> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof Refusal)) throw error;
		throw new Errors.MoleculerClientError(error.code, error.status, error.code, error.data);
	}
}

export function userOf({ meta }: Call): string {
	if (meta.userId === undefined) throw new Refusal(401, 'unauthenticated');
	return meta.userId;
}

/** Answers 201, with the `Location` that moleculer-web misses otherwise. */
export async function creating<Answer>(
	{ meta }: Call,
	locationOf: (answer: Answer) => string,
	work: () => Promise<Answer>,
): Promise<Answer> {
	const answer = await refusing(work);
	meta.$statusCode = 201;
	meta.$location = locationOf(answer);
	return answer;
}
