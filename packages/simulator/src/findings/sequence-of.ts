import type { Finding } from './investigate.ts';
import type { Sequence, SequenceStep } from './sequence.ts';

/** How many arrows a reader can follow. */
const MESSAGES = 60;

/** The end of a shrunk run as a sequence diagram: its last messages, and all its faults. */
export function sequenceOf({ faults, failure, report }: Finding): Sequence {
	const messages = report.messages.slice(-MESSAGES);
	const steps: SequenceStep[] = messages.map(({ from, to, sentAtMs, text }) => ({
		kind: 'message',
		atMs: sentAtMs,
		from,
		to,
		text,
	}));
	for (const { atMs, fault, text } of faults) {
		steps.push({ kind: 'note', atMs, machine: '', text: `${fault}: ${text}`, isFault: true });
	}
	steps.sort((left, right) => left.atMs - right.atMs);
	const { atMs, name, message } = failure;
	const text = `${name}: ${message}`;
	steps.push({ kind: 'note', atMs, machine: '', text, isFault: true });
	const machines = new Set(messages.flatMap(({ from, to }) => [from, to]));
	return { machines: [...machines].sort(byRole), steps };
}

/** Clients on the left, databases on the right, services between them. */
function byRole(left: string, right: string): number {
	return rankOf(left) - rankOf(right) || (left < right ? -1 : 1);
}

function rankOf(machine: string): number {
	if (machine.startsWith('client-')) return 0;
	return machine.startsWith('db-') ? 2 : 1;
}
