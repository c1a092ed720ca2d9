import { escapeMarkup } from './markup.ts';
import type { Bar, Timeline } from './timeline.ts';

const ROW_HEIGHT = 46;
const BAR_HEIGHT = 26;
const COLUMN_WIDTH = 34;
const TOP = 28;
/** Of a label of 12 px in a monospaced font. */
const CHARACTER_WIDTH = 7.3;

interface Placed {
	readonly bar: Bar;
	readonly left: number;
	readonly right: number;
	readonly top: number;
}

/**
 * A drawing of who did what when, as one `<svg>`: a row for each process, a bar for each operation, a
 * numbered line through the order in which some operations can have taken effect. Only the order of
 * calls and returns is drawn: equal steps, whatever the clock said.
 */
export function timelinePicture(timeline: Timeline): string {
	const rows = [...new Set(timeline.bars.map(({ process }) => process))].sort(compareProcesses);
	const names = rows.map(nameOf);
	const left = 20 + Math.max(0, ...names.map(({ length }) => length)) * CHARACTER_WIDTH;
	const columns = columnsOf(timeline.bars, left);
	const ends = timeline.bars.map((bar) => (columns.get(bar.from) as number) + widthOf(bar));
	const width = Math.ceil(Math.max(left, ...columns.values(), ...ends)) + COLUMN_WIDTH;
	const height = TOP + rows.length * ROW_HEIGHT;
	const placed = timeline.bars.map((bar): Placed => {
		const begin = columns.get(bar.from) as number;
		const end = columns.get(bar.to) ?? width;
		const right = bar.to === bar.from ? begin + widthOf(bar) : end;
		return { bar, left: begin, right, top: TOP + rows.indexOf(bar.process) * ROW_HEIGHT };
	});
	const parts = [
		...names.map((name, row) => drawRow(name, TOP + row * ROW_HEIGHT, { left, right: width })),
		...placed.map(drawBar),
		drawOrder(placed, timeline.order ?? []),
	];
	const title = `${timeline.bars.length} operations of ${rows.length} processes`;
	return `<svg role="img" aria-label="${title}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">\n${parts.join('\n')}\n</svg>`;
}

function compareProcesses(a: number | string, b: number | string): number {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	return String(a) < String(b) ? -1 : 1;
}

/** What a bar needs for its label. */
const widthOf = ({ label }: Bar): number => label.length * CHARACTER_WIDTH + 14;

/** Where each instant is drawn: far enough to the right that the bars before it hold their labels. */
function columnsOf(bars: readonly Bar[], left: number): Map<number, number> {
	const instants = bars.flatMap(({ from, to }) => (to === Infinity ? [from] : [from, to]));
	const columns = new Map<number, number>();
	let next = left;
	for (const instant of [...new Set(instants)].sort((a, b) => a - b)) {
		const ending = bars.filter(({ from, to }) => to === instant && from < to);
		const needed = ending.map((bar) => (columns.get(bar.from) as number) + widthOf(bar));
		const column = Math.ceil(Math.max(next, ...needed));
		columns.set(instant, column);
		const widths = bars.filter(({ from, to }) => from === instant && to === instant).map(widthOf);
		next = column + Math.max(COLUMN_WIDTH, ...widths);
	}
	return columns;
}

const nameOf = (process: number | string): string => `process ${process}`;

function drawRow(
	name: string,
	top: number,
	{ left, right }: { readonly left: number; readonly right: number },
): string {
	const middle = top + BAR_HEIGHT / 2;
	return `<line class="row" x1="${left}" x2="${right}" y1="${middle}" y2="${middle}"/><text class="process" x="0" y="${middle + 4}">${escapeMarkup(name)}</text>`;
}

function drawBar({ bar, left, right, top }: Placed): string {
	const label = escapeMarkup(bar.label);
	const title = escapeMarkup(`${nameOf(bar.process)}: ${bar.label}`);
	const width = right - left;
	return `<g class="bar ${bar.tone}"><title>${title}</title><rect x="${left}" y="${top}" width="${width}" height="${BAR_HEIGHT}" rx="4"/><text x="${left + 7}" y="${top + 17}">${label}</text></g>`;
}

/** A dot for each operation of the order, as early as its place allows, and a line through them. */
function drawOrder(placed: readonly Placed[], order: readonly number[]): string {
	let x = 0;
	const points = order.flatMap((index) => {
		const one = placed[index];
		if (one === undefined) return [];
		x = Math.max(x + 8, one.left + 4);
		return [{ x, y: one.top + BAR_HEIGHT }];
	});
	const line = points.map((point) => `${point.x},${point.y}`).join(' ');
	const dots = points.map(
		({ x: cx, y }, index) =>
			`<circle cx="${cx}" cy="${y}" r="3"/><text x="${cx + 5}" y="${y + 12}">${index + 1}</text>`,
	);
	return `<g class="order"><polyline points="${line}"/>${dots.join('')}</g>`;
}
