import { faults } from 'flotilla/adapter';

/** What the part of a fault's name before the dot is about. */
const families: Readonly<Record<string, string>> = {
	network: 'The network',
	process: 'Processes and machines',
	disk: 'Disks',
	clock: 'Clocks',
	database: 'Databases',
	point: 'Points inside the platform',
};

/** docs/reference/faults.md: every fault of the vocabulary. */
export function faultsPage(): string {
	return `# Faults

What may go wrong in a simulated world. \`faults: ['network.*', 'process.crash']\` chooses; each run switches on some of the chosen ones, with
weights that follow from its seed. A trace, a finding and a regression name them as this page does.

This page is made from \`packages/flotilla/src/faults/faults.ts\` by \`npm run reference\`.
${Object.entries(families)
	.map(([family, title]) => section(family, title))
	.join('')}`;
}

function section(family: string, title: string): string {
	const own = Object.entries(faults).filter(([name]) => name.startsWith(`${family}.`));
	if (own.length === 0) throw new Error(`no fault is called ${family}.`);
	const rows = own.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
	return `
## ${title}

| fault | what happens |
|---|---|
${rows.join('\n')}
`;
}
