import type { ComponentChildren } from 'preact';

/** A text of the document: what stands between backticks is code, an empty line begins a paragraph. */
export function Words({ text }: { readonly text: string }): ComponentChildren {
	return text.split('`').map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part));
}

export function Paragraphs({ text }: { readonly text: string }): ComponentChildren {
	return text
		.split(/\n\s*\n/)
		.filter((paragraph) => paragraph.trim() !== '')
		.map((paragraph) => (
			<p>
				<Words text={paragraph} />
			</p>
		));
}
