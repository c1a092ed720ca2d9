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
