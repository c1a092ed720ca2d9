import type { EventType } from './compile-events.ts';
import type { Contract } from './contract.ts';
import { draft07, draft07Map } from './draft-07.ts';
import { compareText, inOrder } from './order.ts';
import { Components } from './schema-components.ts';

export interface AsyncApiOptions {
	/** Of the API as a whole. */
	readonly title: string;
	/** Of the API as a whole, as its readers know it. */
	readonly version: string;
	readonly description?: string;
	readonly contracts: readonly Contract[];
}

/** An AsyncAPI document: plain JSON. */
export type AsyncApiDocument = { readonly [member: string]: unknown };

/**
 * Describes the events of contracts, as an AsyncAPI 3.0 document of whoever emits them: a channel and
 * a message for each event. `x-ordering-key` of a message names the field that is its ordering key.
 *
 * A pure function of the contracts: the same ones, in any order, give the same document, so that it
 * can be kept in version control and compared.
 *
 * @example
 * const document = asyncApiDocument({ title: 'Shop', version: '1.0.0', contracts: [Orders] });
 */
export function asyncApiDocument(options: AsyncApiOptions): AsyncApiDocument {
	const { title, version, description } = options;
	const emitters = inOrder(options.contracts).filter(({ events }) => events.size > 0);
	const events = emitters.flatMap((contract) =>
		[...contract.events.values()].toSorted((a, b) => compareText(a.name, b.name)),
	);
	const components = new Components('#/components/schemas/');
	const byId = (describe: (event: EventType) => unknown): unknown =>
		Object.fromEntries(events.map((event) => [idOf(event), describe(event)]));
	const messages = byId((event) => describeMessage(event, components));
	return {
		asyncapi: '3.0.0',
		info: {
			title,
			version,
			...(description !== undefined && { description }),
			...(emitters.length > 0 && { tags: tagsOf(emitters) }),
		},
		defaultContentType: 'application/json',
		channels: byId(describeChannel),
		operations: byId(describeSending),
		components: { messages, schemas: draft07Map(components.schemas()) },
	};
}

/** As a key and in pointers: an address has characters that these do not take. */
function idOf({ service, version, name }: EventType): string {
	return `${service}.v${version}.${name}`;
}

/** One for each service, whatever its versions. */
function tagsOf(contracts: readonly Contract[]): unknown {
	const tags = new Map(
		contracts.map(({ name, definition: { description } }) => [
			name,
			{ name, ...(description !== undefined && { description }) },
		]),
	);
	return [...tags.values()];
}

function describeChannel(event: EventType): unknown {
	const { address, description, key } = event;
	const order = `Events with the same \`${key}\` arrive in order.`;
	return {
		address,
		title: address,
		description: description === undefined ? order : `${description} ${order}`,
		messages: { [event.name]: { $ref: `#/components/messages/${idOf(event)}` } },
		tags: [{ name: event.service }],
	};
}

function describeSending(event: EventType): unknown {
	const channel = `#/channels/${idOf(event)}`;
	return {
		action: 'send',
		channel: { $ref: channel },
		...(event.description !== undefined && { summary: event.description }),
		// They have to be those of the channel, though both lead to the same.
		messages: [{ $ref: `${channel}/messages/${event.name}` }],
		tags: [{ name: event.service }],
	};
}

function describeMessage(event: EventType, components: Components): unknown {
	const { address, description, data, key } = event;
	return {
		name: address,
		title: address,
		...(description !== undefined && { summary: description }),
		contentType: 'application/json',
		payload: draft07(components.adopt(data.json, `${idOf(event)}.data`)),
		tags: [{ name: event.service }],
		'x-ordering-key': key,
	};
}
