import { FlotillaError } from '../errors/flotilla-error.ts';
import type { ContractDefinition } from './definition.ts';
import { type JsonSchema, type WireSchema, wireSchema } from './schema.ts';

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
	for (const [name, { data, key, description }] of Object.entries(definition.events ?? {})) {
		const address = `${service}@${definition.version}/${name}`;
		const refuse = (reason: string, cause?: unknown): never => {
			throw new FlotillaError(
				'FLOTILLA_CONTRACT_INVALID',
				`The event ${address} is refused: ${reason}.`,
				{ cause },
			);
		};
		if (!/^[a-z][A-Za-z0-9]{0,39}$/.test(name))
			refuse('its name is not camelCase, at most 40 long');
		let wire: WireSchema;
		try {
			wire = wireSchema(data);
		} catch (cause) {
			return refuse(`its data has no JSON form: ${(cause as Error).message}`, cause);
		}
		const field = ((wire.json.properties ?? {}) as Record<string, JsonSchema>)[key];
		if (field?.type !== 'string' || !(wire.json.required as string[] | undefined)?.includes(key)) {
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
