import { escapeHtml } from '../html.ts';
import type { Frame, Item, Message, Section, SequenceDiagram } from './sequence.ts';

const LETTER = 7;
const ROW = 40;
const HEAD_TOP = 10;
const HEAD_HEIGHT = 32;
const COLUMN_MIN = 130;
const EDGE = 70;
const LABEL = 26;
/** How far a frame stands outside of what it is about, for each frame inside of it. */
const NESTING = 10;

interface Columns {
	readonly width: number;
	readonly xOf: ReadonlyMap<string, number>;
}

/** A drawing as inline SVG. Its colours are those of the page: the classes are in `site.css`. */
export function drawSequence(diagram: SequenceDiagram, id: string): string {
	const columns = columnsOf(diagram);
	const drawn: string[] = [];
	const end = drawItems(diagram.items, columns, HEAD_TOP + HEAD_HEIGHT + 14, 0, drawn);
	const height = end + 14;
	const lives = diagram.participants.map(({ id: participant, name }) =>
		lifeline(name, columns.xOf.get(participant) ?? 0, height),
	);
	return `<svg class="sequence" viewBox="0 0 ${columns.width} ${height}" width="${columns.width}" height="${height}" role="img" aria-labelledby="${id}">
<title id="${id}">${escapeHtml(`Sequence diagram. ${inWords(diagram)}`)}</title>
${lives.join('\n')}
${drawn.join('\n')}
</svg>`;
}

/** Wide enough for what is written between two neighbours. */
function columnsOf({ participants, items }: SequenceDiagram): Columns {
	const order = new Map(participants.map(({ id }, index) => [id, index]));
	const gaps = participants.slice(1).map(() => COLUMN_MIN);
	let selfRoom = 0;
	for (const { from, to, text } of messagesOf(items)) {
		const [left = 0, right = 0] = [order.get(from) ?? 0, order.get(to) ?? 0].sort((a, b) => a - b);
		const needed = text.length * LETTER + 40;
		if (left === right) {
			if (left < gaps.length) gaps[left] = Math.max(gaps[left] ?? 0, needed + 10);
			else selfRoom = Math.max(selfRoom, needed);
			continue;
		}
		const share = needed / (right - left);
		for (let at = left; at < right; at++) gaps[at] = Math.max(gaps[at] ?? 0, share);
	}
	const xOf = new Map<string, number>();
	let x = EDGE;
	for (const [index, { id }] of participants.entries()) {
		xOf.set(id, Math.round(x));
		x += gaps[index] ?? 0;
	}
	return { width: Math.round(x + Math.max(EDGE, selfRoom)), xOf };
}

function messagesOf(items: readonly Item[]): Message[] {
	return items.flatMap((item) => {
		if (item.kind === 'message') return [item];
		if (item.kind === 'note') return [];
		return item.sections.flatMap((section) => messagesOf(section.items));
	});
}

/** Draws downwards from `top`; where the next thing may stand. */
function drawItems(
	items: readonly Item[],
	columns: Columns,
	top: number,
	depth: number,
	drawn: string[],
): number {
	let y = top;
	for (const item of items) {
		if (item.kind === 'frame') {
			y = drawFrame(item, columns, y, depth, drawn);
		} else if (item.kind === 'message') {
			drawn.push(arrow(item, columns, y));
			y += item.from === item.to ? ROW + 8 : ROW;
		} else {
			const places = item.over.map((id) => columns.xOf.get(id) ?? 0);
			const middle = (Math.min(...places) + Math.max(...places)) / 2;
			const wide = Math.max(
				Math.max(...places) - Math.min(...places) + 60,
				item.text.length * LETTER + 24,
			);
			drawn.push(
				`<rect class="note" x="${middle - wide / 2}" y="${y + 4}" width="${wide}" height="28" rx="3"/><text class="label" x="${middle}" y="${y + 23}">${escapeHtml(item.text)}</text>`,
			);
			y += ROW;
		}
	}
	return y;
}

function drawFrame(
	{ word, sections }: Frame,
	columns: Columns,
	top: number,
	depth: number,
	drawn: string[],
): number {
	const x = 8 + depth * NESTING;
	const width = columns.width - 2 * x;
	let y = top + 6;
	const start = y;
	const inside: string[] = [];
	for (const [index, section] of sections.entries()) {
		if (index > 0) {
			inside.push(`<line class="divider" x1="${x}" y1="${y}" x2="${x + width}" y2="${y}"/>`);
		}
		inside.push(sectionLabel(index === 0 ? word : 'else', section, x, y));
		y = drawItems(section.items, columns, y + LABEL, depth + 1, inside) + 6;
	}
	drawn.push(
		`<rect class="frame" x="${x}" y="${start}" width="${width}" height="${y - start}" rx="4"/>`,
		...inside,
	);
	return y + 8;
}

function sectionLabel(word: string, { label }: Section, x: number, y: number): string {
	return `<text class="case" x="${x + 10}" y="${y + 18}"><tspan class="word">${word}</tspan> ${escapeHtml(label)}</text>`;
}

function lifeline(name: string, x: number, height: number): string {
	const width = Math.max(84, name.length * 8 + 24);
	return `<line class="life" x1="${x}" y1="${HEAD_TOP + HEAD_HEIGHT}" x2="${x}" y2="${height - 4}"/><rect class="head" x="${x - width / 2}" y="${HEAD_TOP}" width="${width}" height="${HEAD_HEIGHT}" rx="5"/><text class="name" x="${x}" y="${HEAD_TOP + 21}">${escapeHtml(name)}</text>`;
}

function arrow({ from, to, text, isAnswer, isOneWay }: Message, { xOf }: Columns, y: number) {
	const start = xOf.get(from) ?? 0;
	const end = xOf.get(to) ?? 0;
	const dashed = isAnswer ? ' answer' : '';
	const line = y + 28;
	if (start === end) {
		const path = `M${start} ${y + 12}h26v18h-24`;
		return `<path class="arrow${dashed}" d="${path}"/>${tip(start, y + 30, -1, isOneWay)}<text class="beside" x="${start + 34}" y="${y + 25}">${escapeHtml(text)}</text>`;
	}
	const direction = start < end ? 1 : -1;
	const label = `<text class="label" x="${(start + end) / 2}" y="${y + 20}">${escapeHtml(text)}</text>`;
	return `<path class="arrow${dashed}" d="M${start} ${line}H${end - direction * (isOneWay ? 1 : 7)}"/>${tip(end, line, direction, isOneWay)}${label}`;
}

function tip(x: number, y: number, direction: number, isOpen: boolean): string {
	const back = x - direction * 8;
	const points = `${back},${y - 4.5} ${x},${y} ${back},${y + 4.5}`;
	return isOpen
		? `<polyline class="open-tip" points="${points}"/>`
		: `<polygon class="tip" points="${points}"/>`;
}

/** The same as sentences, for those who cannot see it. */
function inWords({ participants, items }: SequenceDiagram): string {
	const nameOf = new Map(participants.map(({ id, name }) => [id, name]));
	const said = (list: readonly Item[]): string[] =>
		list.flatMap((item) => {
			if (item.kind === 'note') return [`Note: ${item.text}.`];
			if (item.kind === 'message') {
				return [`${nameOf.get(item.from)} to ${nameOf.get(item.to)}: ${item.text}.`];
			}
			return item.sections.flatMap(({ label, items: inner }, index) => [
				`${index === 0 ? item.word : 'else'} ${label}:`,
				...said(inner),
				...(index === item.sections.length - 1 ? ['End.'] : []),
			]);
		});
	return said(items).join(' ');
}
