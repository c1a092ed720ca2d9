import type { ServiceSchema } from 'moleculer';
import { Users } from '../peer-shop/users.ts';
import { type Call, creating } from './caller.ts';
import { credentials, newUser } from './parameters.ts';

export function usersService(): ServiceSchema {
	const users = new Users();
	return {
		name: 'users',
		actions: {
			register: {
				params: newUser,
				handler: (call: Call<Parameters<Users['register']>[0]>) =>
					creating(
						call,
						({ id }) => `/v1/users/${id}`,
						() => users.register(call.params),
					),
			},
			signIn: {
				params: credentials,
				handler: (call: Call<Parameters<Users['signIn']>[0]>) =>
					creating(
						call,
						() => '/v1/sessions',
						() => users.signIn(call.params),
					),
			},
			keys: () => users.keys(),
		},
	};
}
