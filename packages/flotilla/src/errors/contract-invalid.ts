/** Of the error table, but apart from it: a browser that imports contracts needs no other entry. */
export const contractInvalid = {
	when: 'A contract breaks a rule, such as a schema without a JSON form or HTTP without `auth`.',
	effect: 'none',
	status: 500,
	remedy: 'Change the contract as the message says.',
} as const;
