import { copyJson } from './json-value.ts';
import type { JsonSchema, WireSchema } from './schema.ts';
import { unknownFields } from './unknown-fields.ts';

/**
 * An answer as it travels to a consumer that validates nothing, such as a browser: JSON, without
 * fields that the schema does not know.
 *
 * @param given What the handler answered, in the schema's input form.
 * @param checked What the schema made of it: the same where the schema transforms nothing.
 */
export function wireForm(schema: WireSchema, given: unknown, checked: unknown): unknown {
	return schema.transforms ? withoutUnknownFields(schema.json, given) : checked;
}

function withoutUnknownFields(json: JsonSchema, value: unknown): unknown {
	const copy = copyJson(value);
	for (const pointer of unknownFields(json, copy)) {
		const keys = pointer
			.slice(1)
			.split('/')
			.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
		const last = keys.pop() as string;
		const holder = keys.reduce<unknown>((node, key) => (node as JsonSchema)[key], copy);
		delete (holder as Record<string, unknown>)[last];
	}
	return copy;
}
