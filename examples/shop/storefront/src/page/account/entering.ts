import { isDeclaredError } from 'flotilla/client';
import { type Failure, failureOf } from '../connection/failure.ts';
import { sessions, users } from '../connection/shop.ts';
import { go } from '../routing/navigation.ts';

/** What a form of the account says after it was sent in vain. */
export interface Refusal {
	/** What is wrong with each field, to be read after its label. */
	readonly fields: ReadonlyMap<string, string>;
	/** What is wrong apart from fields. */
	readonly failure?: Failure;
}

/** Signs in and goes on; answers what is wrong otherwise. */
export async function signIn(
	{ email, password }: { readonly email: string; readonly password: string },
	next: string,
): Promise<Refusal | undefined> {
	try {
		const { token } = await users.signIn({ email, password });
		sessions.begin(token, email);
		go(next, { replace: true });
		return undefined;
	} catch (error) {
		if (!isDeclaredError(error, 'wrongCredentials')) return refusalOf(error);
		const failure: Failure = {
			kind: 'refused',
			title: 'Email or password is wrong',
			text: 'The shop does not say which of the two, so that nobody can find out who has an account.',
			fields: new Map(),
		};
		return { fields: new Map(), failure };
	}
}

/** Makes an account, signs in and goes on; answers what is wrong otherwise. */
export async function signUp(
	person: { readonly name: string; readonly email: string; readonly password: string },
	idempotencyKey: string,
	next: string,
): Promise<Refusal | undefined> {
	try {
		await users.register(person, { idempotencyKey });
	} catch (error) {
		if (!isDeclaredError(error, 'emailTaken')) return refusalOf(error);
		return { fields: new Map([['email', 'belongs to an account already']]) };
	}
	return signIn(person, next);
}

function refusalOf(error: unknown): Refusal {
	const failure = failureOf(error);
	return failure.fields.size > 0 ? { fields: failure.fields } : { fields: failure.fields, failure };
}
