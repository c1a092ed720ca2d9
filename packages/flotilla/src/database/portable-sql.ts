/** What one of the two dialects lacks, and what both have. */
const rules: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
	{
		pattern:
			/\b(?:big|small)?serial\b|\bautoincrement\b|\bgenerated\s+(?:always|by\s+default)\s+as\s+identity\b/i,
		instead: 'a text key, such as a UUID',
	},
	{ pattern: /\b(?:int|integer|smallint|int2|int4|tinyint|mediumint)\b/i, instead: '`bigint`' },
	{ pattern: /\b(?:blob)\b/i, instead: '`bytea`' },
	{
		pattern: /\b(?:real|float|float4|float8|double)\b(?!\s+precision)/i,
		instead: '`double precision`',
	},
	{ pattern: /\bjson\b(?!_)/i, instead: '`jsonb`' },
	{ pattern: /\b(?:varchar|char|character|nvarchar|clob|citext)\b/i, instead: '`text`' },
	{
		pattern: /\b(?:timestamp|timestamptz|datetime|date|time|interval)\b/i,
		instead: '`bigint` milliseconds',
	},
	{ pattern: /\b(?:numeric|decimal|money)\b/i, instead: '`bigint` of the smallest unit' },
	{ pattern: /\buuid\b/i, instead: '`text`' },
	{
		pattern:
			/\bnow\s*\(|\bcurrent_(?:timestamp|date|time)\b|\bunixepoch\s*\(|\bgen_random_uuid\s*\(|\brandom\s*\(/i,
		instead: 'a parameter of the statement that writes the row',
	},
	{ pattern: /\binsert\s+or\b|\breplace\s+into\b/i, instead: '`insert ... on conflict`' },
	{ pattern: /\bwithout\s+rowid\b|\bstrict\s*(?:;|$)/i, instead: 'a plain table' },
	{ pattern: /\bilike\b|\bglob\b/i, instead: '`lower(a) like lower(b)`' },
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

function withoutTextsAndComments(sql: string): string {
	return sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
		found.startsWith("'") ? "''" : found.startsWith('"') ? 'quoted_name' : ' ',
	);
}
