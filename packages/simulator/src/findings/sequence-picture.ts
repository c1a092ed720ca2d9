import { linesOf, type Sequence, type SequenceStep, stamp } from './sequence.ts';

type Message = Extract<SequenceStep, { kind: 'message' }>;
type Note = Extract<SequenceStep, { kind: 'note' }>;

const COLUMN = 170;
const ROW = 30;
const LINE = 17;
const TOP = 84;
/** Room for the times. */
const LEFT = 116;
const RIGHT = 24;
/** Room for a whole line of text, however few machines there are. */
const INSIDE_MIN = 720;
/** Of a letter, about: a picture cannot measure its text. */
const LETTER = 6.5;

/** Where things stand in a picture. */
interface Layout {
	readonly width: number;
	readonly xOf: ReadonlyMap<string, number>;
}

/** A picture that stands alone: no script, no font, nothing from outside; dark and light. */
export function toSvg({ title, machines, steps }: Sequence): string {
	const inside = Math.max(INSIDE_MIN, COLUMN * machines.length);
	const column = inside / Math.max(1, machines.length);
	const xOf = new Map(machines.map((machine, index) => [machine, LEFT + column * (index + 0.5)]));
	const layout = { width: LEFT + inside + RIGHT, xOf };
	const drawn: string[] = [];
	let y = TOP;
	for (const step of steps) {
		drawn.push(`<text class="time" x="${LEFT - 14}" y="${y + 18}">${stamp(step.atMs)}</text>`);
		drawn.push(step.kind === 'message' ? arrow(step, layout, y) : note(step, layout, y));
		y += ROW + LINE * (linesOf(step).length - 1);
	}
	const height = y + 14;
	const lives = machines.map((machine) => lifeline(machine, xOf.get(machine) ?? 0, height));
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${height}" width="${layout.width}" height="${height}" role="img">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
<rect class="paper" width="${layout.width}" height="${height}"/>
<text class="title" x="16" y="28">${escapeXml(title)}</text>
${lives.join('\n')}
${drawn.join('\n')}
</svg>
`;
}

const STYLE = `
text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1c2330}
.paper{fill:#fff}.title{font-size:15px;font-weight:600}.life{stroke:#c3cad6;stroke-dasharray:3 4}
.head{fill:#eef2fa;stroke:#b7c2d6}.name{font-weight:600;text-anchor:middle}
.time{fill:#66707f;text-anchor:end;font-variant-numeric:tabular-nums}
.arrow{stroke:#2f5fd0;stroke-width:1.4;fill:none}.tip{fill:#2f5fd0}.answer{stroke-dasharray:5 4}
.label{text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:5px;stroke-linejoin:round}
.note{white-space:pre}.remark{fill:#f2f4f7;stroke:#c3cad6}.fault{fill:#fff1d6;stroke:#d99a1c}.failure{fill:#fde7e5;stroke:#b3261e}
@media (prefers-color-scheme:dark){text{fill:#e4e8f0}.paper{fill:#14181f}.life{stroke:#3a4352}.head{fill:#1f2733;stroke:#46546b}
.time{fill:#97a1b0}.arrow{stroke:#8fb0ff}.tip{fill:#8fb0ff}.label{stroke:#14181f}
.remark{fill:#1f2733;stroke:#46546b}.fault{fill:#3a2c0c;stroke:#e0a93b}.failure{fill:#441a17;stroke:#ff8a80}}`.trim();

function lifeline(machine: string, x: number, height: number): string {
	const width = Math.max(80, machine.length * 7.2 + 20);
	return `<line class="life" x1="${x}" y1="70" x2="${x}" y2="${height - 8}"/><rect class="head" x="${x - width / 2}" y="44" width="${width}" height="26" rx="4"/><text class="name" x="${x}" y="61">${escapeXml(machine)}</text>`;
}

function arrow(step: Message, { width, xOf }: Layout, y: number): string {
	const start = xOf.get(step.from) ?? 0;
	const end = xOf.get(step.to) ?? 0;
	const [text = ''] = linesOf(step);
	const half = (text.length * LETTER) / 2;
	const middle = within((start + end) / 2, LEFT + half, width - RIGHT - half);
	const label = `<text class="label" x="${middle}" y="${y + 15}">${escapeXml(text)}</text>`;
	if (start === end) return label;
	const back = start < end ? -7 : 7;
	const line = y + 22;
	const tip = `${end},${line} ${end + back},${line - 4} ${end + back},${line + 4}`;
	const path = `<path class="arrow${step.isAnswer ? ' answer' : ''}" d="M${start} ${line}H${end + back}"/>`;
	return `${path}<polygon class="tip" points="${tip}"/>${label}`;
}

/** A box over the machines that it is about, as wide as they stand apart and as its text needs. */
function note(step: Note, { width, xOf }: Layout, y: number): string {
	const lines = linesOf(step);
	const places = step.over.flatMap((machine) => xOf.get(machine) ?? []);
	const [left, right] =
		places.length === 0
			? [LEFT, width - RIGHT]
			: [Math.min(...places) - 40, Math.max(...places) + 40];
	const needed = Math.max(...lines.map(({ length }) => length)) * LETTER + 24;
	const room = Math.min(width - LEFT - RIGHT, Math.max(right - left, needed));
	const x = within((left + right) / 2 - room / 2, LEFT, width - RIGHT - room);
	const box = `<rect class="${step.tone}" x="${x}" y="${y + 3}" width="${room}" height="${lines.length * LINE + 6}" rx="4"/>`;
	const texts = lines.map(
		(text, index) =>
			`<text class="note" x="${x + 12}" y="${y + 18 + index * LINE}">${escapeXml(text)}</text>`,
	);
	return `${box}${texts.join('')}`;
}

function within(value: number, least: number, most: number): number {
	return Math.max(least, Math.min(most, value));
}

function escapeXml(text: string): string {
	return text.replaceAll(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
