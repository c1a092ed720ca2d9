import { isDeclaredError, isFlotillaError } from 'flotilla/client';

/** What went wrong, for a customer. */
export interface Failure {
	readonly kind: 'away' | 'signedOut' | 'notFound' | 'refused' | 'outdated' | 'broken';
	readonly title: string;
	readonly text: string;
	/** Names the request in the shop's logs. */
	readonly requestId?: string;
	/** What is wrong with each field of an input, by its name. */
	readonly fields: ReadonlyMap<string, string>;
}

const away = {
	kind: 'away',
	title: 'The shop cannot be reached',
	text: 'Your basket is kept in this browser. This page goes on by itself as soon as the shop answers.',
} as const;

const broken = {
	kind: 'broken',
	title: 'Something went wrong in the shop',
	text: 'It is not your doing. Try again; if it stays like this, tell us the request below.',
} as const;

/** Says an error of a call in words for customers. */
export function failureOf(error: unknown): Failure {
	const fields = fieldsOf(error);
	if (isDeclaredError(error, 'notFound')) {
		return { kind: 'notFound', title: 'There is no such thing here', text: '', fields };
	}
	if (isDeclaredError(error)) {
		return {
			kind: 'refused',
			title: 'The shop refused that',
			text: 'Nothing was changed.',
			fields,
		};
	}
	if (!isFlotillaError(error)) return { ...broken, fields };
	const { requestId } = error.details;
	const named = { fields, ...(typeof requestId === 'string' && { requestId }) };
	switch (error.code) {
		case 'FLOTILLA_CONNECTION_LOST':
			return { ...away, ...named };
		case 'FLOTILLA_DEADLINE_EXCEEDED':
		case 'FLOTILLA_OVERLOADED':
		case 'FLOTILLA_UNAVAILABLE':
			return {
				...broken,
				title: 'The shop takes too long to answer',
				text: 'Many want something at the moment. Try again in a while.',
				...named,
			};
		case 'FLOTILLA_UNAUTHENTICATED':
			return { kind: 'signedOut', title: 'Sign in first', text: '', ...named };
		case 'FLOTILLA_INPUT_INVALID':
			return {
				kind: fields.has('id') || fields.has('sku') ? 'notFound' : 'refused',
				title: 'Some of it is not right yet',
				text: '',
				...named,
			};
		case 'FLOTILLA_OUTPUT_INVALID':
			return {
				kind: 'outdated',
				title: 'This page is older than the shop',
				text: 'Load it again to get the new one.',
				...named,
			};
		default:
			return { ...broken, ...named };
	}
}

/** The first message about each field, by the JSON pointers of the problem document (RFC 6901). */
function fieldsOf(error: unknown): ReadonlyMap<string, string> {
	const fields = new Map<string, string>();
	if (!isFlotillaError(error)) return fields;
	const { issues } = error.details;
	if (!Array.isArray(issues)) return fields;
	for (const { path, message } of issues as readonly { path: string; message: string }[]) {
		const name = path.slice(1).split('/').map(unescaped)[0] ?? '';
		if (!fields.has(name)) fields.set(name, message);
	}
	return fields;
}

function unescaped(segment: string): string {
	return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
