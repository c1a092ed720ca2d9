import type { ContractDefinition } from './definition.ts';
import { isMemberName, memberNameRule, refuseUnknownKeys } from './naming.ts';
import { refuseContract } from './refusal.ts';
import { type JsonSchema, type WireSchema, wireSchema } from './schema.ts';
import { allowedTypes, knownFields } from './unknown-fields.ts';

/** An event of a contract, checked and ready to be emitted, delivered and exported. */
export interface EventType {
	readonly name: string;
	/** The contract's name: that of the service that emits it. */
	readonly service: string;
	readonly version: number;
	/** `orders@1/placed`. */
	readonly address: string;
	readonly description: string | undefined;
	readonly data: WireSchema;
	/** The field of the data that is the ordering key. */
	readonly key: string;
}

/** Checks every event of a contract and makes it ready. */
export function compileEvents(
	service: string,
	definition: ContractDefinition,
): ReadonlyMap<string, EventType> {
	const events = new Map<string, EventType>();
	for (const [name, given] of Object.entries(definition.events ?? {})) {
		const { data, key, description } = given;
		const address = `${service}@${definition.version}/${name}`;
		const refuse = (reason: string, cause?: unknown): never =>
			refuseContract(`The event ${address} is refused: ${reason}.`, cause);
		if (!isMemberName(name)) refuse(`its name is not ${memberNameRule}`);
		refuseUnknownKeys(`The event ${address}`, given, ['description', 'data', 'key']);
		let wire: WireSchema;
		try {
			wire = wireSchema(data);
		} catch (cause) {
			return refuse(`its data has no JSON form: ${(cause as Error).message}`, cause);
		}
		if (!isRequiredText(wire.json, key)) {
			refuse(`its key '${key}' is not a required text field of its data`);
		}
		events.set(name, {
			name,
			service,
			version: definition.version,
			address,
			description,
			data: wire,
			key,
		});
	}
	return events;
}

function isRequiredText(json: JsonSchema, name: string): boolean {
	const field = knownFields(json).get(name);
	if (field?.required !== true) return false;
	const types = allowedTypes(field.schemas, json);
	return types?.size === 1 && types.has('string');
}
