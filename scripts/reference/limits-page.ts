import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const platform = 'packages/flotilla/src/limits.ts';
const edge = 'packages/gateway/src/limits.ts';

/** docs/reference/limits.md: every bound with the comment that explains it. */
export function limitsPage(root: string): string {
	const source = (path: string): string => readFileSync(join(root, path), 'utf8');
	return `# Limits

Everything that can grow has a bound. Names end in their unit; durations are milliseconds.

This page is made from \`${platform}\` and \`${edge}\` by \`npm run reference\`.

## The platform

| limit | value | what it bounds |
|---|---|---|
${fixedRows(source(platform)).join('\n')}

## The edge

\`gateway(fleet, { limits: { … } })\` moves these within their ranges.

| limit | standard | range | what it bounds |
|---|---|---|---|
${movableRows(source(edge)).join('\n')}

These are fixed:

| limit | value | what it bounds |
|---|---|---|
${fixedRows(source(edge)).join('\n')}
`;
}

/** A value below its comment. */
function fixedRows(source: string): string[] {
	const entry = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+): ([\d_]+),/g;
	return found(
		[...source.matchAll(entry)].map(
			([, comment, name, value]) => `| \`${name}\` | ${number(value)} | ${sentence(comment)} |`,
		),
	);
}

/** A declaration below its comment, and its range further down. */
function movableRows(source: string): string[] {
	const declaration = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+): number;/g;
	return found(
		[...source.matchAll(declaration)].map(([, comment, name]) => {
			const range = new RegExp(
				`\\b${name}: \\{\\s*min: ([\\d_]+),\\s*standard: ([\\d_]+),\\s*max: ([\\d_]+),?\\s*\\}`,
			).exec(source);
			if (range === null) throw new Error(`the range of ${name} was not found`);
			const [, min, standard, max] = range;
			return `| \`${name}\` | ${number(standard)} | ${number(min)} to ${number(max)} | ${sentence(comment)} |`;
		}),
	);
}

function found(rows: string[]): string[] {
	if (rows.length < 5) throw new Error('the limits were not found where they used to be');
	return rows;
}

function number(text = ''): string {
	return Number(text.replaceAll('_', '')).toLocaleString('en');
}

function sentence(comment = ''): string {
	return comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim();
}
