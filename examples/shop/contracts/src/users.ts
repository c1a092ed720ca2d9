import { contract, error } from 'flotilla';
import { z } from 'zod';
import { line } from './text.ts';

const Email = z
	.email('must be an address such as ada@example.com')
	.max(254, 'must have at most 254 characters');
// Long enough to be hard to guess, short enough that hashing one cannot be used as a weapon.
const Password = z
	.string()
	.min(8, 'must have at least 8 characters')
	.max(128, 'must have at most 128 characters');

export const NewUser = z.object({
	email: Email,
	name: line(100).regex(/\S/u, 'must not be blank'),
	password: Password,
});

export const User = z.object({ id: z.string(), email: z.string(), name: z.string() });
export type User = z.infer<typeof User>;

export const Credentials = z.object({ email: Email, password: z.string().max(128) });

export const Session = z.object({
	token: z.string().describe('A bearer token for the other operations; valid for 12 hours.'),
});

/** A JSON Web Key that verifies tokens (RFC 7517, RFC 8037). */
export const VerificationKey = z.object({
	kty: z.literal('OKP'),
	crv: z.literal('Ed25519'),
	x: z.string(),
	kid: z.string(),
	alg: z.literal('EdDSA'),
	use: z.literal('sig'),
});

export const Users = contract('users', {
	version: 1,
	description: 'Who may order.',
	queries: {
		keys: {
			description: 'The public keys that verify the tokens of this shop.',
			output: z.object({ keys: z.array(VerificationKey) }),
			http: 'GET /keys',
			auth: 'public',
		},
	},
	commands: {
		register: {
			description: 'Makes a user. Email addresses differ by more than upper and lower case.',
			input: NewUser,
			output: User,
			errors: { emailTaken: z.object({ email: z.string() }) },
			http: { route: 'POST /users', status: 201 },
			auth: 'public',
		},
		signIn: {
			description: 'Gives a token to somebody who knows the password.',
			input: Credentials,
			output: Session,
			// Says no more than that: whether an address is known is nobody's business.
			errors: { wrongCredentials: error(z.object({}), { status: 401 }) },
			http: { route: 'POST /sessions', status: 201 },
			auth: 'public',
			// A token must not be stored as a recorded answer, and a second one does no harm.
			idempotent: true,
		},
		prepareKeys: {
			description: 'Makes the key that signs tokens if there is none, before anybody asks for it.',
			idempotent: true,
		},
	},
});
