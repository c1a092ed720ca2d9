import type { TraceEntry } from '../kernel/trace.ts';
import type { Finding } from './investigate.ts';

/** How many of the last happenings a text shows. */
const LINES = 40;

/** A finding for a terminal: what was wrong, what it takes, what happened last, how to see it again. */
export function findingText(name: string, finding: Finding): string {
	const { seed, failure, faults, faultsBefore, report } = finding;
	const interesting = report.entries.filter(isTelling).slice(-LINES);
	return [
		`${name}: ${failure.kind}: ${failure.name}`,
		`  ${failure.message.replaceAll('\n', '\n  ')}`,
		`  seed ${seed}, after ${Math.round(failure.atMs)} virtual ms`,
		'',
		faults.length === 0
			? '  It takes no fault at all.'
			: `  It takes ${count(faults.length, 'fault')} (of ${faultsBefore} that struck):`,
		...faults.map(({ atMs, fault, text }) => `    ${stamp(atMs)}  ${fault}: ${text}`),
		'',
		'  What happened last:',
		...interesting.map(line),
	].join('\n');
}

/** Timers and turns are in the hash; a reader wants to see what machines told each other and did. */
function isTelling({ kind }: TraceEntry): boolean {
	return kind !== 'timer' && kind !== 'turn' && kind !== 'nemesis';
}

function line({ atMs, machine, kind, text }: TraceEntry): string {
	return `    ${stamp(atMs)}  ${machine.padEnd(12)}  ${kind.padEnd(8)}  ${text}`;
}

function stamp(atMs: number): string {
	return `${atMs.toFixed(1).padStart(9)} ms`;
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
