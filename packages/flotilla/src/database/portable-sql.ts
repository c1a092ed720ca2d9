interface Rule {
	readonly pattern: RegExp;
	readonly instead: string;
}

/** A word where a type stands: after the name of a column, or in a cast. Many are fine as names. */
function type(words: string, instead: string): Rule {
	const afterName = `(?<=(?<![\\w$])(?!(?:${notNames})\\b)[a-z_]\\w*\\s+)`;
	return {
		pattern: new RegExp(
			`${afterName}\\b(?:${words})\\b(?!\\s*[.=])|::\\s*(?:${words})\\b|\\bas\\s+(?:${words})\\s*\\)`,
			'i',
		),
		instead,
	};
}

/** What may stand before the name of a column. */
const notNames =
	'add|all|and|as|asc|between|by|case|check|column|columns|desc|distinct|drop|else|exists|from|group|' +
	'having|if|in|index|into|is|join|key|like|limit|not|null|on|or|order|references|rename|returning|' +
	'select|set|table|temp|temporary|then|to|union|unique|update|using|values|view|when|where';

/** What one of the two dialects lacks or reads differently, and what both have. */
const rules: readonly Rule[] = [
	{
		pattern:
			/\b(?:big|small)?serial\b|\bautoincrement\b|\bgenerated\s+(?:always|by\s+default)\s+as\s+identity\b/i,
		instead: 'a text key, such as a UUID',
	},
	type('int|integer|smallint|int2|int4|int8|tinyint|mediumint', '`bigint`'),
	type('blob', '`bytea`'),
	type('real|float|float4|float8|double(?!\\s+precision)', '`double precision`'),
	type('json', '`jsonb`'),
	type('varchar|char|character|nvarchar|clob|citext', '`text`'),
	type('bool', '`boolean`'),
	type('timestamp|timestamptz|datetime|date|time|interval', '`bigint` milliseconds'),
	type('numeric|decimal|money', '`bigint` of the smallest unit'),
	type('uuid', '`text`'),
	{
		pattern: /\bboolean\b[^,;)]*\bdefault\s+\(?\s*[01]\b/i,
		instead: '`true` or `false`',
	},
	{
		pattern:
			/\bnow\s*\(|\bcurrent_(?:timestamp|date|time)\b|\bunixepoch\s*\(|\b(?:date|time|datetime|julianday|strftime)\s*\(\s*'|\bgen_random_uuid\s*\(|\brandom(?:blob)?\s*\(/i,
		instead: 'a parameter of the statement that writes the row',
	},
	{ pattern: /\binsert\s+or\b|\breplace\s+into\b/i, instead: '`insert ... on conflict`' },
	{ pattern: /\bwithout\s+rowid\b|\)\s*strict\b/i, instead: 'a plain table' },
	{ pattern: /\bilike\b|\bglob\b/i, instead: '`lower(a) like lower(b)`' },
	{ pattern: /\bifnull\s*\(/i, instead: '`coalesce`' },
	{
		pattern:
			/\bcreate\s+(?:or\s+replace\s+)?(?:temp\s+|temporary\s+)?(?:trigger|function|procedure|virtual|type|domain|sequence|extension|schema|materialized)\b/i,
		instead: 'a table, an index or a view, or give the SQL for each dialect',
	},
	{
		pattern: /\bpragma\b|\bvacuum\b|\bconcurrently\b/i,
		instead: 'nothing: it cannot run in a transaction of both',
	},
	{ pattern: /`/, instead: 'double quotes' },
];

/**
 * What in a migration one of the dialects would refuse or read differently, in words; `undefined`
 * when nothing is known against it. A sieve, not a parser: both engines still have the last word.
 */
export function portabilityProblem(sql: string): string | undefined {
	const code = withoutTextsAndComments(sql);
	for (const { pattern, instead } of rules) {
		const found = pattern.exec(code);
		if (found !== null) return `'${found[0].trim()}' is not portable: use ${instead}`;
	}
	return undefined;
}

/** The first words of a statement that would end the transaction around it, if there is one. */
export function transactionStatement(sql: string): string | undefined {
	const code = withoutTextsAndComments(sql);
	const hasBlocks = /\btrigger\b|\bbegin\s+atomic\b/i.test(code);
	for (const statement of code.split(';')) {
		const [found] =
			/^\s*(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b/i.exec(
				statement,
			) ?? [];
		const words = found?.trim().toLowerCase();
		// The body of a trigger is a block of statements, and ends with this word too.
		if (words !== undefined && !(hasBlocks && words === 'end')) return words;
	}
	return undefined;
}

function withoutTextsAndComments(sql: string): string {
	return sql.replaceAll(
		/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$\w*\$)[\s\S]*?\1/g,
		(found) =>
			found.startsWith("'") || found.startsWith('$')
				? "''"
				: found.startsWith('"')
					? 'quoted_name'
					: ' ',
	);
}
