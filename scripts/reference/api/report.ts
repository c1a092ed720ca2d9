import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Declaration, type DeclarationFile, readDeclarations } from './declarations.ts';

/** What an entry of a package offers. */
export interface EntryReport {
	/** What it exports, by name. */
	readonly exported: readonly Declaration[];
	/** What it does not export and what is exported speaks of. */
	readonly spokenOf: readonly Declaration[];
}

interface Found {
	readonly path: string;
	readonly declaration: Declaration;
}

/** Follows entries of one package to the declarations of all that they export, and of what those speak of. */
export class PackageReport {
	readonly #files = new Map<string, DeclarationFile>();
	/** Exported by any of the entries: what is told there need not be told again. */
	readonly #exported: ReadonlySet<string>;

	/** @param entries The `.d.ts` files of all entries of the package. */
	constructor(entries: readonly string[]) {
		this.#exported = new Set(
			entries.flatMap((entry) => this.#exportsOf(entry).map((found) => keyOf(found))),
		);
	}

	entry(path: string): EntryReport {
		const exported = this.#exportsOf(path);
		const seen = new Set(exported.map((found) => keyOf(found)));
		const spokenOf: Declaration[] = [];
		const waiting = [...exported];
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			for (const name of namesIn(next.declaration.text)) {
				const found = this.#find(next.path, name);
				if (found === undefined || seen.has(keyOf(found))) continue;
				seen.add(keyOf(found));
				if (this.#exported.has(keyOf(found))) continue;
				spokenOf.push(found.declaration);
				waiting.push(found);
			}
		}
		return {
			exported: exported.map(({ declaration }) => declaration),
			spokenOf: spokenOf.sort((one, other) => (one.name < other.name ? -1 : 1)),
		};
	}

	#exportsOf(entry: string): Found[] {
		const names = [...this.#fileAt(entry).exports.keys()].sort();
		return names.flatMap((name) => this.#find(entry, name) ?? []);
	}

	/** Where a name is declared; undefined: in another package, or it is no name of ours. */
	#find(path: string, name: string): Found | undefined {
		const file = this.#fileAt(path);
		const declaration = file.declarations.get(name);
		if (declaration !== undefined) return { path, declaration };
		const origin = file.imports.get(name) ?? file.exports.get(name);
		if (origin?.module === undefined || !origin.module.startsWith('.')) return undefined;
		return this.#find(besides(path, origin.module), origin.name);
	}

	#fileAt(path: string): DeclarationFile {
		const known = this.#files.get(path) ?? readDeclarations(readFileSync(path, 'utf8'));
		this.#files.set(path, known);
		return known;
	}
}

const keyOf = ({ path, declaration }: Found): string => `${path} ${declaration.name}`;

function besides(path: string, module: string): string {
	return join(dirname(path), module.replace(/\.[jt]s$/, '.d.ts'));
}

/** Words that may be the names of types, without those in comments. */
function namesIn(text: string): Set<string> {
	return new Set(text.replaceAll(/\/\*[\s\S]*?\*\//g, '').match(/\b[A-Za-z_$][\w$]*\b/g));
}
