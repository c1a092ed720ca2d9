import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Declaration } from './api/declarations.ts';
import { compileEntries, type Entry } from './api/entries.ts';
import { type EntryReport, PackageReport } from './api/report.ts';

const FOLDER = 'docs/reference/api';

interface Reported {
	readonly entry: Entry;
	readonly report: EntryReport;
}

/** docs/reference/api: what each entry of each package exports, so that a change of it shows in a diff. */
export function apiPages(root: string): [path: string, text: string][] {
	const entries = reportAll(root);
	refuseUnexplained(entries);
	const rows = entries.map(({ entry, report }) => {
		const count = report.exported.length;
		return `| [\`${entry.name}\`](${fileOf(entry)}) | ${count} | ${entry.description} |`;
	});
	return [
		[
			`${FOLDER}/README.md`,
			`# Application interfaces

What the packages export, with the compiler's declarations and the comments of the sources. Whoever changes any of it sees a difference here, and so does
whoever reviews it. The other pages of the reference say how things are used.

| entry | exports | |
|---|---|---|
${rows.join('\n')}

Made from the sources by \`npm run reference\`.
`,
		],
		...entries.map(({ entry, report }): [string, string] => [
			`${FOLDER}/${fileOf(entry)}`,
			page(entry, report),
		]),
	];
}

function reportAll(root: string): Reported[] {
	mkdirSync(join(root, '.flotilla'), { recursive: true });
	const folder = mkdtempSync(join(root, '.flotilla/api-'));
	try {
		const byPackage = Object.groupBy(
			compileEntries(root, folder),
			({ packageName }) => packageName,
		);
		return Object.values(byPackage).flatMap((own = []) => {
			const report = new PackageReport(own.map(({ declarations }) => declarations));
			return own.map((entry) => ({ entry, report: report.entry(entry.declarations) }));
		});
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** For whoever writes an adapter the seams are documented where they are; everybody else reads these pages. */
const FOR_ADAPTERS = new Set(['flotilla/adapter']);

function refuseUnexplained(entries: readonly Reported[]): void {
	const unexplained = entries
		.filter(({ entry }) => !FOR_ADAPTERS.has(entry.name))
		.flatMap(({ entry, report }) =>
			report.exported
				.filter(({ hasComment }) => !hasComment)
				.map(({ name }) => `${name} of ${entry.name}`),
		);
	if (unexplained.length === 0) return;
	throw new Error(
		`exported without a doc comment that says what it means: ${unexplained.join(', ')}`,
	);
}

const fileOf = ({ name }: Entry): string => `${name.replace(/^@/, '').replaceAll('/', '-')}.md`;

function page({ name }: Entry, { exported, spokenOf }: EntryReport): string {
	const rest =
		spokenOf.length === 0
			? ''
			: `\n## Spoken of, and not exported\n\nWhat the declarations above mention and no entry of the package exports. It cannot be imported by name, and is part of the interface all the same.\n\n${spokenOf.map(fence).join('\n')}`;
	return `# ${name}

${exported.map((declaration) => `## ${declaration.name}\n\n${fence(declaration)}`).join('\n')}${rest}`;
}

function fence({ text }: Declaration): string {
	return `\`\`\`typescript\n${text}\n\`\`\`\n`;
}
