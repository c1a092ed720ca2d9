import assert from 'node:assert/strict';
import { test } from 'node:test';
import { membersOf } from './members.ts';

const SOURCE = `export interface Other {
	readonly a: string;
}

export interface Options extends Other {
	/** Where it is:
	 * here; or there. */
	readonly place: string;
	readonly many?: readonly { readonly name: string; readonly ok: boolean }[];

	/** Does it. */
	run<T>(input: T): Promise<T>;
}
`;

test('members are found with their comments, whatever their types are', () => {
	assert.deepEqual(membersOf(SOURCE, 'Options'), [
		{ name: 'place', isOptional: false, type: 'string', comment: 'Where it is: here; or there.' },
		{
			name: 'many',
			isOptional: true,
			type: 'readonly { readonly name: string; readonly ok: boolean }[]',
			comment: '',
		},
		{ name: 'run', isOptional: false, type: '(input: T): Promise<T>', comment: 'Does it.' },
	]);
});

test('an interface that is not there is an error', () => {
	assert.throws(() => membersOf(SOURCE, 'Nothing'), /Nothing was not found/);
});
