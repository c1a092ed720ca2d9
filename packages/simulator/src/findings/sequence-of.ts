import type { FaultRecord } from '../kernel/fault-decisions.ts';
import type { Finding } from './investigate.ts';
import type { Sequence, SequenceStep } from './sequence.ts';
import { faultText, isAnswer, isDatabase, storyOf, withShortIds } from './story.ts';

/** How many arrows a reader can follow. */
const MESSAGES = 60;

/** The story of a shrunk run as a sequence diagram: the messages that bear on it, and all its faults. */
export function sequenceOf(finding: Finding): Sequence {
	const { faults, failure, seed } = finding;
	const { parts, leftOut, about } = storyOf(finding, MESSAGES);
	const messages = parts.flat();
	const machines = [...new Set(messages.flatMap(({ from, to }) => [from, to]))].sort(byRole);
	const steps: SequenceStep[] = messages.map(({ from, to, sentAtMs, text }) => ({
		kind: 'message',
		atMs: sentAtMs,
		from,
		to,
		text: withShortIds(text),
		isAnswer: isAnswer(text),
	}));
	for (const fault of faults) steps.push(faultStep(fault, machines));
	for (const part of parts.slice(1)) {
		const atMs = part[0]?.sentAtMs ?? 0;
		steps.unshift({ kind: 'note', atMs, over: [], text: '…', tone: 'remark' });
	}
	steps.sort((left, right) => left.atMs - right.atMs);
	const remark = remarkOf(leftOut, about);
	if (remark !== '') {
		const atMs = steps[0]?.atMs ?? 0;
		steps.unshift({ kind: 'note', atMs, over: [], text: remark, tone: 'remark' });
	}
	const { atMs, kind, name, message } = failure;
	const text = `${name}\n${withShortIds(message)}`;
	steps.push({ kind: 'note', atMs, over: [], text, tone: 'failure' });
	return { title: `${kind}: ${name} (seed ${seed})`, machines, steps };
}

function faultStep(record: FaultRecord, machines: readonly string[]): SequenceStep {
	const { id, atMs, text } = record;
	const named = new Set(`${id} ${text}`.match(/[a-z][a-z0-9-]*/g));
	const over = machines.filter((machine) => named.has(machine));
	return { kind: 'note', atMs, over, text: faultText(record), tone: 'fault' };
}

function remarkOf(leftOut: number, about: readonly string[]): string {
	const parts = [];
	if (about.length > 0) parts.push(`only what mentions ${withShortIds(about.join(', '))}`);
	if (leftOut > 0) parts.push(`without ${leftOut} messages that are farther from it`);
	return parts.join(', ');
}

/** Clients on the left, then each service's instances with their database. */
function byRole(left: string, right: string): number {
	const [one, other] = [placeOf(left), placeOf(right)];
	return one < other ? -1 : one > other ? 1 : 0;
}

function placeOf(machine: string): string {
	if (machine.startsWith('client-')) return `0 ${machine}`;
	if (isDatabase(machine)) return `1 ${machine.slice('db-'.length)} 1`;
	return `1 ${machine.replace(/-\d+$/, '')} 0 ${machine}`;
}
