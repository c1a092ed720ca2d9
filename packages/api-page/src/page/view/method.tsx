import type { JSX } from 'preact';

/** Reading is quiet, changing has the accent, deleting warns. */
const KINDS: Readonly<Record<string, string>> = {
	POST: 'changes',
	PUT: 'changes',
	PATCH: 'changes',
	DELETE: 'deletes',
};

export function Method({ name }: { readonly name: string }): JSX.Element {
	return <span class={`method ${KINDS[name] ?? 'reads'}`}>{name}</span>;
}
