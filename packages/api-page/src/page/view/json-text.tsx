import type { ComponentChildren, JSX } from 'preact';

/** Characters that are coloured; of what is longer that would only be slow. */
const LONGEST_COLOURED = 50_000;
/** Characters that are shown at all. */
const LONGEST_SHOWN = 500_000;

const TOKEN =
	/("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;

/** JSON with its parts told apart; any other text as it is. */
export function JsonText({ text }: { readonly text: string }): JSX.Element {
	const shown = text.slice(0, LONGEST_SHOWN);
	return (
		<>
			<pre>{shown.length > LONGEST_COLOURED ? shown : coloured(shown)}</pre>
			{text.length > LONGEST_SHOWN && (
				<p class="note">
					Only the first of {text.length.toLocaleString('en')} characters are shown.
				</p>
			)}
		</>
	);
}

function coloured(text: string): ComponentChildren[] {
	const parts: ComponentChildren[] = [];
	let end = 0;
	for (const match of text.matchAll(TOKEN)) {
		const [whole, string, colon] = match;
		parts.push(text.slice(end, match.index));
		if (colon !== undefined) parts.push(<span class="json-name">{string}</span>, colon);
		else parts.push(<span class={string === undefined ? 'json-plain' : 'json-text'}>{whole}</span>);
		end = match.index + whole.length;
	}
	parts.push(text.slice(end));
	return parts;
}

/** JSON laid out for reading; any other text as it is. */
export function laidOut(text: string): string {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return text;
	}
}
