import { faults } from 'flotilla/adapter';
import type { FaultRecord } from '../kernel/fault-decisions.ts';
import type { MessageRecord } from '../network/message-log.ts';
import type { Finding } from './investigate.ts';

/** What of a run a reader needs to see: the messages that bear on what failed. */
export interface Story {
	/** In the order in which they were sent. Between two parts others are left out. */
	readonly parts: readonly (readonly MessageRecord[])[];
	/** How many messages that bear on it are left out. */
	readonly leftOut: number;
	/** The ids in the failure's message: only what mentions one of them is told. Empty: everything is. */
	readonly about: readonly string[];
}

/** Messages that belong together: a transaction, or a call with its answer. */
interface Unit {
	readonly messages: MessageRecord[];
	/** The services' own work, not the upkeep of the platform. */
	isTelling: boolean;
	/** The last statement was the platform's own. */
	isUpkeep: boolean;
	commits: boolean;
}

/** Statements of the platform, and what a database is asked around a transaction. */
const UPKEEP = /flotilla_|sqlite_schema|^(end|listen|lock|script|notify|notified|rows|done)$/;
/** Frames that keep a connection going, and the receipt for an event. */
const KEEPING =
	/^(greeting|hello|welcome|closing|ping|pong|draining|credit|subscribe|reply #\d+$|\d+ bytes$|end$)/;

const ID =
	/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=')[^'\n]{2,60}(?=')|(?<=")[^"\n]{2,60}(?=")/gi;
const IDS_MAX = 3;

/**
 * Leaves out of a run what would hide its story: leases, polls, receipts, empty answers. Where the
 * failure names something, such as the id of an order, only transactions and calls that mention it are
 * left; of many messages those that are nearest to a fault or to the failure.
 *
 * @param messagesMax How many messages are told at most.
 */
export function storyOf(finding: Finding, messagesMax: number): Story {
	const { failure, report } = finding;
	const units = unitsOf(report.messages).filter(({ isTelling }) => isTelling);
	const about = idsIn(`${failure.name} ${failure.message}`).filter((id) =>
		units.some((unit) => mentions(unit, id)),
	);
	const chosen = units.filter(
		(unit) => about.length === 0 || about.some((id) => mentions(unit, id)),
	);
	const messages = chosen
		.flatMap((unit) => unit.messages)
		.sort((left, right) => left.sentAtMs - right.sentAtMs);
	const parts = nearest(messages, momentsOf(finding), messagesMax);
	return { parts, leftOut: messages.length - parts.flat().length, about };
}

/** When something decisive happened. What never came about failed at no moment of its own. */
function momentsOf({ faults: struck, failure }: Finding): readonly number[] {
	const moments = struck.filter(({ fault }) => !LASTING.includes(fault)).map(({ atMs }) => atMs);
	const isLate = failure.kind === 'eventually' || failure.kind === 'no progress';
	return isLate && moments.length > 0 ? moments : [...moments, failure.atMs];
}

/** Faults that last for a whole run strike at no moment either. */
const LASTING: readonly string[] = ['clock.offset', 'clock.drift'];

/** The messages that are nearest to some moment, in parts without a gap. */
function nearest(
	messages: readonly MessageRecord[],
	moments: readonly number[],
	most: number,
): readonly (readonly MessageRecord[])[] {
	const distanceMs = ({ sentAtMs }: MessageRecord): number =>
		Math.min(...moments.map((atMs) => Math.abs(atMs - sentAtMs)));
	const taken = new Set(
		messages
			.map((message, index) => ({ index, distanceMs: distanceMs(message) }))
			.sort((left, right) => left.distanceMs - right.distanceMs)
			.slice(0, most)
			.map(({ index }) => index),
	);
	const parts: MessageRecord[][] = [];
	for (const [index, message] of messages.entries()) {
		if (!taken.has(index)) continue;
		if (taken.has(index - 1)) parts.at(-1)?.push(message);
		else parts.push([message]);
	}
	return parts;
}

function idsIn(text: string): readonly string[] {
	return [...new Set(text.match(ID) ?? [])].slice(0, IDS_MAX);
}

function mentions({ messages }: Unit, id: string): boolean {
	return messages.some(({ text }) => text.includes(id));
}

function unitsOf(messages: readonly MessageRecord[]): readonly Unit[] {
	const units: Unit[] = [];
	const open = new Map<string, Unit>();
	for (const message of messages) {
		const isOfDatabase = isDatabase(message.from) || isDatabase(message.to);
		const [exchange = ''] = /#\d+/.exec(message.text) ?? [];
		const key = `${message.connection}${isOfDatabase ? '' : exchange}`;
		let unit = open.get(key);
		if (unit === undefined) {
			unit = { messages: [], isTelling: false, isUpkeep: false, commits: false };
			open.set(key, unit);
			units.push(unit);
		}
		if (isOfDatabase) addOfDatabase(unit, message);
		else if (!KEEPING.test(message.text)) add(unit, message);
		if (isOfDatabase && isLast(unit, message)) open.delete(key);
	}
	return units;
}

function addOfDatabase(unit: Unit, message: MessageRecord): void {
	const { text } = message;
	if (isDatabase(message.to)) {
		if (text !== 'commit') unit.isUpkeep = UPKEEP.test(text);
		unit.commits ||= text === 'commit';
		if (text === 'commit') unit.messages.push(message);
		else if (!unit.isUpkeep) add(unit, message);
	} else if (text === 'done' && unit.commits) unit.messages.push({ ...message, text: 'committed' });
	else if (text.startsWith('refused')) {
		if (unit.isTelling || !unit.isUpkeep) add(unit, message);
	} else if (text.startsWith('rows ') && !unit.isUpkeep) add(unit, message);
}

function add(unit: Unit, message: MessageRecord): void {
	unit.messages.push(message);
	unit.isTelling = true;
}

/** Whether a transaction is over with a message. */
function isLast({ commits }: Unit, { to, text }: MessageRecord): boolean {
	return isDatabase(to)
		? text === 'end'
		: text.startsWith('refused') || (commits && text === 'done');
}

export function isDatabase(machine: string): boolean {
	return machine.startsWith('db-');
}

/** Whether a message answers another one. */
export function isAnswer(text: string): boolean {
	return /^(reply|refusal|error|item|rows|refused|committed)\b/.test(text);
}

/** UUIDs, the ids of calls, digests. */
const LONG_ID =
	/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{16,}(?:-[0-9a-f]{16,})*\b/gi;

/**
 * Leaves the beginning and the end of each id: those of one moment (UUIDv7) or of one trace (calls)
 * begin alike, and two that look the same would tell a wrong story.
 */
export function withShortIds(text: string): string {
	return text.replaceAll(LONG_ID, (id) => `${id.slice(0, 8)}…${id.slice(-4)}`);
}

/** What a fault did, in words: some say only where they struck. */
export function faultText({ fault, text }: FaultRecord): string {
	return text.includes(' ') ? `${fault}: ${text}` : `${fault}: ${text}: ${faults[fault]}`;
}
