import { escapeMarkup } from './markup.ts';
import type { Bar, Timeline } from './timeline.ts';

const ROW_HEIGHT = 46;
const BAR_HEIGHT = 26;
const COLUMN_WIDTH = 34;
const TOP = 28;
/** Of a label of 12 px in a monospaced font. */
const CHARACTER_WIDTH = 7.3;
/** Characters of a label or a name. */
const SHOWN_LENGTH = 44;
/** Room for the border of the first bars. */
const EDGE = 2;
/** Between a dot and the next one in the same bar. */
const DOT_WIDTH = 14;

interface Placed {
	readonly bar: Bar;
	readonly left: number;
	readonly right: number;
	readonly top: number;
}

/**
 * A drawing of who did what when, as two `<svg>`: the names of the rows, which can be held in sight, and
 * beside them a row for each process, a bar for each operation, a numbered line through some of
 * them. Only the order of calls and returns is drawn: equal steps, whatever the clock said.
 */
export function timelinePicture({ bars, order = [], shape = 'serial' }: Timeline): string {
	const rows = [...new Set(bars.map(({ process }) => process))].sort(compareProcesses);
	const columns = columnsOf(bars, EDGE);
	const ends = bars.map((bar) => (columns.get(bar.from) as number) + widthOf(bar));
	const width = Math.ceil(Math.max(0, ...columns.values(), ...ends)) + COLUMN_WIDTH;
	const height = TOP + rows.length * ROW_HEIGHT;
	const placed = bars.map((bar): Placed => {
		const begin = columns.get(bar.from) as number;
		const end = columns.get(bar.to) ?? width;
		const right = bar.to === bar.from ? begin + widthOf(bar) : end;
		return { bar, left: begin, right, top: TOP + rows.indexOf(bar.process) * ROW_HEIGHT };
	});
	const steps = stepsOf(placed, order, shape);
	const parts = [
		...rows.map((_, row) => drawRow(TOP + row * ROW_HEIGHT, width)),
		drawLine(steps, shape),
		...placed.map(drawBar),
		drawDots(steps),
	];
	const title = `${bars.length} operations of ${rows.length} processes`;
	return `${drawNames(rows.map(nameOf), height)}\n${svg(width, height, `role="img" aria-label="${title}"`, parts)}`;
}

function svg(width: number, height: number, attributes: string, parts: readonly string[]): string {
	return `<svg ${attributes} width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">\n${parts.join('\n')}\n</svg>`;
}

function compareProcesses(a: number | string, b: number | string): number {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	return String(a) < String(b) ? -1 : 1;
}

/** What a bar needs for its label. */
const widthOf = ({ label }: Bar): number => shown(label).length * CHARACTER_WIDTH + 14;

/** The bar's tooltip has the whole. */
const shown = (label: string): string =>
	label.length <= SHOWN_LENGTH ? label : `${label.slice(0, SHOWN_LENGTH - 1)}…`;

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

/** `session 3` has a kind of its own. */
const nameOf = (process: number | string): string =>
	/\s/.test(String(process)) ? String(process) : `process ${process}`;

function drawNames(names: readonly string[], height: number): string {
	const texts = names.map(shown).map((name, row) => {
		const baseline = TOP + row * ROW_HEIGHT + BAR_HEIGHT / 2 + 4;
		return `<text class="process" x="0" y="${baseline}">${escapeMarkup(name)}</text>`;
	});
	const longest = Math.max(0, ...names.map((name) => shown(name).length));
	return svg(Math.ceil(20 + longest * CHARACTER_WIDTH), height, 'class="names"', texts);
}

function drawRow(top: number, width: number): string {
	const middle = top + BAR_HEIGHT / 2;
	return `<line class="row" x1="0" x2="${width}" y1="${middle}" y2="${middle}"/>`;
}

function drawBar({ bar, left, right, top }: Placed): string {
	const label = escapeMarkup(shown(bar.label));
	const title = escapeMarkup(`${nameOf(bar.process)}: ${bar.label}`);
	const width = right - left;
	return `<g class="bar ${bar.tone}"><title>${title}</title><rect x="${left}" y="${top}" width="${width}" height="${BAR_HEIGHT}" rx="4"/><text x="${left + 7}" y="${top + 17}">${label}</text></g>`;
}

interface Point {
	readonly x: number;
	readonly y: number;
}

/**
 * A dot for each operation of the order. Instants run to the right, each as early as its place allows;
 * of a way each dot is in its own bar, beside those that came before.
 */
function stepsOf(
	placed: readonly Placed[],
	order: readonly number[],
	shape: NonNullable<Timeline['shape']>,
): Point[] {
	let x = 0;
	return order.flatMap((index, step) => {
		const one = placed[index];
		if (one === undefined) return [];
		if (shape === 'serial') x = Math.max(x + 8, one.left + 4);
		else x = Math.min(one.left + 6 + step * DOT_WIDTH, one.right - 6);
		return [{ x, y: one.top + BAR_HEIGHT }];
	});
}

/** Under the bars, so that it crosses out no label. */
function drawLine(steps: readonly Point[], shape: NonNullable<Timeline['shape']>): string {
	const corners = shape === 'cycle' ? [...steps, ...steps.slice(0, 1)] : steps;
	const points = corners.map(({ x, y }) => `${x},${y}`).join(' ');
	return `<g class="order"><polyline points="${points}"/></g>`;
}

function drawDots(steps: readonly Point[]): string {
	const dots = steps.map(
		({ x, y }, index) =>
			`<circle cx="${x}" cy="${y}" r="3"/><text x="${x + 4}" y="${y + 12}">${index + 1}</text>`,
	);
	return `<g class="order">${dots.join('')}</g>`;
}
