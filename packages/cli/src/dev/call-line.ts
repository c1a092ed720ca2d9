import { dirname } from 'node:path';
import type { Contract } from 'flotilla';
import { knownFields, type Operation } from 'flotilla/adapter';
import { exampleOf } from '../call/example.ts';
import { upwards } from '../project/project.ts';
import { shellWord, shownPath } from '../terminal/shown-path.ts';

/** An app with more operations than this has one of them that can be called. */
const TRIED_MAX = 100;

/**
 * A line for a shell that calls one of the operations of an app, with an input that its schema
 * allows: a query before a command, one without declared errors before one that may refuse.
 *
 * @param options.isOpen Whether `flotilla call` can say that it is the developer.
 */
export async function callLine(
	contracts: readonly Contract[],
	{ data, isOpen }: { readonly data: string; readonly isOpen: boolean },
): Promise<string | undefined> {
	const operations = contracts
		.flatMap(({ operations }) => [...operations.values()])
		.filter(({ http, auth, streaming }) => {
			return http !== undefined && !streaming && (isOpen || auth === 'public');
		})
		.toSorted((left, right) => doubtsAbout(left) - doubtsAbout(right));
	for (const operation of operations.slice(0, TRIED_MAX)) {
		const input = await allowedInput(operation);
		if (input === undefined) continue;
		const words = ['call', `${operation.service}.${operation.name}`];
		if (Object.keys(input).length > 0) words.push(JSON.stringify(input));
		if (!isFoundFrom(process.cwd(), data)) words.push('--data', shownPath(data));
		return `npx flotilla ${words.map(shellWord).join(' ')}`;
	}
	return undefined;
}

/** How many reasons there are that it may not answer what one hopes for. */
function doubtsAbout({ kind, errors, input }: Operation): number {
	const fields = input === undefined ? [] : [...knownFields(input.json).values()];
	const isAsked = fields.some(({ required }) => required);
	return errors.size * 2 + Number(isAsked) + Number(kind === 'command');
}

async function allowedInput({ input }: Operation): Promise<object | undefined> {
	if (input === undefined) return {};
	const example = exampleOf(input.json, input.json);
	if (typeof example !== 'object' || example === null) return undefined;
	const { issues } = await input.check(example);
	return issues === undefined ? example : undefined;
}

/** Whether `flotilla call` looks there by itself. */
function isFoundFrom(folder: string, data: string): boolean {
	return upwards(folder).some((one) => dirname(data) === `${one}/.flotilla`);
}
