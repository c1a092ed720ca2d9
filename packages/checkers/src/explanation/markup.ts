const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/**
 * Text as the content of an element or of a quoted attribute. Characters that no document may hold
 * come out as the replacement character.
 */
export function escapeMarkup(text: string): string {
	return (
		text
			.toWellFormed()
			// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to replace.
			.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
			.replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
	);
}
