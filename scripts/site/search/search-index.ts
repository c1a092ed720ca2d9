import MiniSearch from 'minisearch';
import { type Entry, INDEX } from './terms.ts';

/** The index as a script: a page that was opened as a file may load scripts, and no JSON. */
export function searchScript(entries: readonly Omit<Entry, 'id'>[]): string {
	const index = new MiniSearch(INDEX);
	index.addAll(entries.map((entry, id) => ({ ...entry, id })));
	return `globalThis.flotillaSearchIndex=${JSON.stringify(JSON.stringify(index))};\n`;
}
