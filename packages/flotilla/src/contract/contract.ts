import { compileEvents, type EventType } from './compile-events.ts';
import { compileOperations, type Operation } from './compile-operations.ts';
import type { ContractDefinition } from './definition.ts';
import { refuseUnknownKeys } from './naming.ts';
import { refuseContract } from './refusal.ts';

/**
 * What a service offers, as data: no code of the service, so that browsers, other services and
 * exporters import it freely. Recognised by its brand, never by `instanceof`.
 */
export interface Contract<
	Name extends string = string,
	Definition extends ContractDefinition = ContractDefinition,
> {
	readonly '~flotilla': 'contract';
	readonly name: Name;
	readonly version: number;
	/** As it was written: the source of all types. */
	readonly definition: Definition;
	/** The queries and commands, ready to be called and exported, by name. */
	readonly operations: ReadonlyMap<string, Operation>;
	/** The events, by name. */
	readonly events: ReadonlyMap<string, EventType>;
}

/**
 * Defines a contract.
 *
 * @param name The service's name: `a-z`, `0-9` and `-`, starting with a letter, at most 40.
 * @throws {FlotillaError} `FLOTILLA_CONTRACT_INVALID`: a rule is broken; the message names where.
 * @example
 * const Greeter = contract('greeter', {
 *   version: 1,
 *   queries: {
 *     greet: { input: z.object({ name: z.string() }), output: z.object({ text: z.string() }) },
 *   },
 * });
 */
export function contract<const Name extends string, const Definition extends ContractDefinition>(
	name: Name,
	definition: Definition,
): Contract<Name, Definition> {
	if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
		refuseContract(
			`The name '${name}' is not made of 1 to 40 of a-z, 0-9 and -, starting with a letter.`,
		);
	}
	if (!Number.isSafeInteger(definition.version) || definition.version < 1) {
		refuseContract(
			`The version of contract '${name}' is ${definition.version}, not a whole number from 1.`,
		);
	}
	const known = ['version', 'description', 'queries', 'commands', 'events'];
	refuseUnknownKeys(`The contract '${name}'`, definition, known);
	return {
		'~flotilla': 'contract',
		name,
		version: definition.version,
		definition,
		operations: compileOperations(name, definition),
		events: compileEvents(name, definition),
	};
}
