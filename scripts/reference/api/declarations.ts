/** A top-level declaration of a `.d.ts` file, with its comment. */
export interface Declaration {
	readonly name: string;
	/** As the compiler wrote it, without what belongs to the file alone (`export declare`). */
	readonly text: string;
	readonly hasComment: boolean;
}

/** A file of declarations, taken apart. */
export interface DeclarationFile {
	readonly declarations: ReadonlyMap<string, Declaration>;
	/** Where names come from that the file uses: the name that they have there, and the module. */
	readonly imports: ReadonlyMap<string, Origin>;
	/** What it exports: of another module, or under the name of a declaration here. */
	readonly exports: ReadonlyMap<string, Origin>;
}

export interface Origin {
	readonly name: string;
	/** As it is written: `./host/clock.ts`, `zod`; absent: this file. */
	readonly module?: string;
}

const START =
	/^(?<exported>export )?(?:declare )?(?:abstract )?(?<kind>class|function|const|let|type|interface|enum|namespace) (?<name>[\w$]+)/;
const NAMES =
	/^(?<word>import|export) (?:type )?\{(?<names>[^}]*)\}(?: from ['"](?<module>[^'"]+)['"])?;?$/s;

export function readDeclarations(text: string): DeclarationFile {
	const declarations = new Map<string, Declaration>();
	const imports = new Map<string, Origin>();
	const exports = new Map<string, Origin>();
	for (const { comment, statement } of statementsOf(text)) {
		const { groups } = NAMES.exec(statement) ?? {};
		if (groups !== undefined) {
			const known = groups.word === 'import' ? imports : exports;
			for (const [theirs, ours] of namesOf(groups.names ?? '')) {
				const origin = groups.module === undefined ? {} : { module: groups.module };
				known.set(ours, { name: theirs, ...origin });
			}
			continue;
		}
		const { exported, name } = START.exec(statement)?.groups ?? {};
		if (name === undefined) continue;
		const bare = statement.replace(/^export /, '').replace(/^declare /, '');
		const before = declarations.get(name);
		const own = `${comment}${comment === '' ? '' : '\n'}${bare}`;
		declarations.set(name, {
			name,
			text: before === undefined ? own : `${before.text}\n${own}`,
			hasComment: (before?.hasComment ?? false) || comment !== '',
		});
		if (exported !== undefined) exports.set(name, { name });
	}
	return { declarations, imports, exports };
}

function namesOf(list: string): [theirs: string, ours: string][] {
	return list
		.split(',')
		.map((part) => part.trim().replace(/^type /, ''))
		.filter((part) => part !== '')
		.map((part) => {
			const [theirs = '', ours = theirs] = part.split(/ as /);
			return [theirs, ours];
		});
}

/** Statements of the top level, each with the documentation that stands right above it. */
function statementsOf(text: string): { comment: string; statement: string }[] {
	const found: { comment: string; statement: string }[] = [];
	const lines = text.split('\n');
	let comment = '';
	for (let at = 0; at < lines.length; at++) {
		const line = lines[at] ?? '';
		if (line.startsWith('/**')) {
			const start = at;
			while (!(lines[at] ?? '').endsWith('*/')) at++;
			comment = lines.slice(start, at + 1).join('\n');
		} else if (line !== '' && !line.startsWith('//')) {
			const start = at;
			while (at < lines.length - 1 && !isEnd(lines[at] ?? '', lines[at + 1] ?? '')) at++;
			found.push({ comment, statement: lines.slice(start, at + 1).join('\n') });
			comment = '';
		}
	}
	return found;
}

/** The compiler indents whatever belongs to a statement, but for its last line. */
function isEnd(line: string, next: string): boolean {
	return /[;}]$/.test(line) && !/^[\s}|&)]/.test(next);
}
