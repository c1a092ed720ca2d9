import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { NewUser } from './users.ts';

test('a name has at least one character that is not blank, and its JSON Schema says so', () => {
	const user = { email: 'ada@example.com', password: 'analytical engine' };
	for (const name of ['', '   ', '\u00a0\u2003']) {
		assert.equal(NewUser.safeParse({ ...user, name }).success, false, JSON.stringify(name));
	}
	for (const name of ['A', ' Ada ', 'Ada Lovelace', '李']) {
		assert.equal(NewUser.safeParse({ ...user, name }).success, true, name);
	}
	assert.match(JSON.stringify(z.toJSONSchema(NewUser)), /"pattern":"\\\\S"/);
});
