import type { Finding } from './investigate.ts';
import { faultText, type Story, storyOf, withShortIds } from './story.ts';

/** How many messages a text shows. */
const LINES = 40;

/**
 * A finding for a terminal: what was wrong, what it takes, and what happened.
 *
 * @param lineLength How long a line about a single happening may be; 150 when absent.
 */
export function findingText(name: string, finding: Finding, lineLength = 150): string {
	const { seed, failure, faults } = finding;
	const { parts, about } = storyOf(finding, LINES);
	const only = about.length === 0 ? '' : `, of what mentions ${withShortIds(about.join(', '))}`;
	return [
		`${name}: ${failure.kind}: ${failure.name}`,
		`  ${failure.message.trimEnd().replaceAll('\n', '\n  ')}`,
		`  seed ${seed}, after ${Math.round(failure.atMs)} virtual ms`,
		'',
		`  ${takesText(finding)}`,
		...faults.map((fault) => `    ${stamp(fault.atMs)}  ${faultText(fault)}`),
		'',
		`  What happened${only}:`,
		...happenings(finding, parts).map((text) => shorten(text, lineLength)),
	].join('\n');
}

function takesText({ only, faults, faultsBefore }: Finding): string {
	const struck = count(faults.length, 'fault');
	if (only === undefined) return `It was not shrunk. ${struck} struck:`;
	if (faults.length === 0) return 'It takes no fault at all.';
	return `It takes ${struck} (of ${faultsBefore} that struck):`;
}

/** Messages, with the faults that struck and what machines logged between them in their places. */
function happenings({ report, faults }: Finding, parts: Story['parts']): readonly string[] {
	const others = [
		...faults.map((fault) => ({ atMs: fault.atMs, text: `⚡ ${faultText(fault)}` })),
		...report.entries
			.filter(({ kind }) => kind === 'log' || kind === 'console' || kind === 'healed')
			.map(({ atMs, machine, text }) => ({ atMs, text: `${machine.padEnd(26)}  ${text}` })),
	];
	return parts.flatMap((part, index) => {
		const [firstMs, lastMs] = [part[0]?.sentAtMs ?? 0, part.at(-1)?.sentAtMs ?? 0];
		const between = others.filter(({ atMs }) => atMs >= firstMs && atMs <= lastMs);
		const messages = part.map(({ sentAtMs, from, to, text }) => ({
			atMs: sentAtMs,
			text: `${`${from} → ${to}`.padEnd(26)}  ${text}`,
		}));
		const told = [...messages, ...between].sort((left, right) => left.atMs - right.atMs);
		const lines = told.map(({ atMs, text }) => `    ${stamp(atMs)}  ${withShortIds(text)}`);
		return index === 0 ? lines : ['            …', ...lines];
	});
}

function shorten(text: string, length: number): string {
	const line = text.replaceAll('\n', ' ');
	return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

function stamp(atMs: number): string {
	return `${atMs.toFixed(1).padStart(9)} ms`;
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
