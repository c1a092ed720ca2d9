/** An arrow or a note in a sequence diagram. */
export type SequenceStep =
	| {
			readonly kind: 'message';
			readonly atMs: number;
			readonly from: string;
			readonly to: string;
			readonly text: string;
	  }
	| {
			readonly kind: 'note';
			readonly atMs: number;
			/** Empty: over all of them. */
			readonly machine: string;
			readonly text: string;
			readonly isFault: boolean;
	  };

export interface Sequence {
	/** In the order in which they stand, from left to right. */
	readonly machines: readonly string[];
	readonly steps: readonly SequenceStep[];
}

/** How long a text in a diagram may be. */
const TEXT_LENGTH = 90;

/** A diagram in Mermaid's language, which many renderers of Markdown draw. */
export function toMermaid({ machines, steps }: Sequence): string {
	const lines = ['sequenceDiagram'];
	const idOf = new Map(machines.map((machine, index) => [machine, `m${index}`]));
	for (const machine of machines) lines.push(`    participant ${idOf.get(machine)} as ${machine}`);
	const over = `${idOf.get(machines[0] ?? '')},${idOf.get(machines.at(-1) ?? '')}`;
	for (const step of steps) {
		const text = `${stamp(step.atMs)} ${mermaidText(step.text)}`;
		if (step.kind === 'message') {
			lines.push(`    ${idOf.get(step.from)}->>${idOf.get(step.to)}: ${text}`);
		} else {
			const place = idOf.has(step.machine) ? `right of ${idOf.get(step.machine)}` : `over ${over}`;
			lines.push(`    Note ${place}: ${step.isFault ? '⚡ ' : ''}${text}`);
		}
	}
	return `${lines.join('\n')}\n`;
}

/** What ends a line or a statement of Mermaid, or begins an entity. */
function mermaidText(text: string): string {
	return shorten(text).replaceAll(/[;#<>]/g, (mark) => `#${mark.charCodeAt(0)};`);
}

const COLUMN = 190;
const ROW = 26;
const TOP = 56;
const LEFT = 130;

/** A picture that stands alone: no script, no font, nothing from outside; dark and light. */
export function toSvg({ machines, steps }: Sequence): string {
	const width = LEFT + COLUMN * Math.max(1, machines.length);
	const height = TOP + ROW * (steps.length + 1);
	const xOf = new Map(machines.map((machine, index) => [machine, LEFT + COLUMN * (index + 0.5)]));
	const middle = LEFT + (width - LEFT) / 2;
	const parts = machines.map((machine) => lifeline(machine, xOf.get(machine) ?? 0, height));
	for (const [index, step] of steps.entries()) {
		const y = TOP + ROW * (index + 0.8);
		parts.push(`<text class="time" x="${LEFT - 12}" y="${y + 4}">${stamp(step.atMs)}</text>`);
		if (step.kind === 'message') parts.push(arrow(step, xOf, y));
		else parts.push(note(step, xOf.get(step.machine) ?? middle, y));
	}
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>What happened</title>
<style>${STYLE}</style>
<rect class="paper" width="${width}" height="${height}"/>
${parts.join('\n')}
</svg>
`;
}

const STYLE = `
text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1c2330}
.paper{fill:#fff}.life{stroke:#c3cad6;stroke-dasharray:3 4}.head{font-weight:600;text-anchor:middle}
.time{fill:#66707f;text-anchor:end;font-variant-numeric:tabular-nums}
.arrow{stroke:#2f5fd0;stroke-width:1.4;fill:none}.tip{fill:#2f5fd0}
.label{text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:4px}
.note{text-anchor:middle;font-style:italic;paint-order:stroke;stroke:#fff;stroke-width:4px}.fault{fill:#b3261e;font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#e4e8f0}.paper{fill:#14181f}.life{stroke:#3a4352}.time{fill:#97a1b0}
.arrow{stroke:#8fb0ff}.tip{fill:#8fb0ff}.label,.note{stroke:#14181f}.fault{fill:#ff8a80}}`.trim();

function lifeline(machine: string, x: number, height: number): string {
	return `<text class="head" x="${x}" y="24">${escapeXml(machine)}</text><line class="life" x1="${x}" y1="36" x2="${x}" y2="${height - 8}"/>`;
}

function arrow(
	{ from, to, text }: Extract<SequenceStep, { kind: 'message' }>,
	xOf: ReadonlyMap<string, number>,
	y: number,
): string {
	const start = xOf.get(from) ?? 0;
	const end = xOf.get(to) ?? 0;
	const label = escapeXml(shorten(text));
	if (start === end) {
		return `<text class="label" x="${start}" y="${y + 4}">${label}</text>`;
	}
	const back = start < end ? -7 : 7;
	const tip = `${end},${y} ${end + back},${y - 4} ${end + back},${y + 4}`;
	return `<path class="arrow" d="M${start} ${y}H${end + back}"/><polygon class="tip" points="${tip}"/><text class="label" x="${(start + end) / 2}" y="${y - 4}">${label}</text>`;
}

function note(step: Extract<SequenceStep, { kind: 'note' }>, x: number, y: number): string {
	const name = step.isFault ? 'note fault' : 'note';
	return `<text class="${name}" x="${x}" y="${y + 4}">${escapeXml(shorten(step.text))}</text>`;
}

function stamp(atMs: number): string {
	return `${atMs.toFixed(1)} ms`;
}

function shorten(text: string): string {
	const line = text.replaceAll(/\s+/g, ' ').trim();
	return line.length <= TEXT_LENGTH ? line : `${line.slice(0, TEXT_LENGTH - 1)}…`;
}

function escapeXml(text: string): string {
	return text.replaceAll(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
