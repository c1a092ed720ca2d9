const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
};

/** Text as it stands in HTML, in an attribute too. */
export function escapeHtml(text: string): string {
	return text.replaceAll(/[&<>"]/g, (mark) => ENTITIES[mark] ?? mark);
}

/** Shorter names stay whole, on the narrowest screen too. */
const LONG = 18;
const SEAM = /(?<=[a-z0-9])(?=[A-Z])|(?<=[_./])(?=\w)/;

/** The same with places at which a long name may be broken. */
export function breakable(text: string): string {
	if (text.length < LONG) return escapeHtml(text);
	return text.split(SEAM).map(escapeHtml).join('<wbr>');
}
