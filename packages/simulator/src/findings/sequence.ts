/** An arrow or a note in a sequence diagram. */
export type SequenceStep =
	| {
			readonly kind: 'message';
			readonly atMs: number;
			readonly from: string;
			readonly to: string;
			readonly text: string;
			/** It answers another one, and is drawn dashed; no when absent. */
			readonly isAnswer?: boolean;
	  }
	| {
			readonly kind: 'note';
			readonly atMs: number;
			/** From the first to the last of these machines; empty: over all of them. */
			readonly over: readonly string[];
			readonly text: string;
			readonly tone: 'remark' | 'fault' | 'failure';
	  };

/** A sequence diagram: who speaks with whom, in the order of time. */
export interface Sequence {
	readonly title: string;
	/** In the order in which they stand, from left to right. */
	readonly machines: readonly string[];
	readonly steps: readonly SequenceStep[];
}

/** How long a line in a diagram may be. */
const LINE_LENGTH = 96;
/** Of what failed; of everything else one line is told. */
const FAILURE_LINES = 8;

/** A diagram in Mermaid's language, which many renderers of Markdown draw. */
export function toMermaid({ machines, steps }: Sequence): string {
	const lines = ['sequenceDiagram'];
	const idOf = new Map(machines.map((machine, index) => [machine, `m${index}`]));
	for (const machine of machines) lines.push(`    participant ${idOf.get(machine)} as ${machine}`);
	for (const step of steps) {
		const text = `${stamp(step.atMs)} ${mermaidText(step.text)}`;
		if (step.kind === 'message') {
			const arrow = step.isAnswer ? '-->>' : '->>';
			lines.push(`    ${idOf.get(step.from)}${arrow}${idOf.get(step.to)}: ${text}`);
		} else {
			const over = step.over.length > 0 ? step.over : machines;
			const ends = [...new Set([over[0], over.at(-1)])].map((machine) => idOf.get(machine ?? ''));
			const mark = { remark: '', fault: '⚡ ', failure: '✗ ' }[step.tone];
			lines.push(`    Note over ${ends.join(',')}: ${mark}${text}`);
		}
	}
	return `${lines.join('\n')}\n`;
}

/** What ends a line or a statement of Mermaid, or begins an entity. */
function mermaidText(text: string): string {
	const line = shorten(text.replaceAll('\n', ' '));
	return line.replaceAll(/[;#<>]/g, (mark) => `#${mark.charCodeAt(0)};`);
}

/** The lines of a step's text, each no longer than a picture has room for. */
export function linesOf(step: SequenceStep): readonly string[] {
	if (step.kind === 'message' || step.tone !== 'failure') {
		return [shorten(step.text.replaceAll('\n', ' '))];
	}
	const lines = step.text.split('\n').filter((line) => line.trim() !== '');
	return lines.slice(0, FAILURE_LINES).map((line) => shorten(line, 'keep indentation'));
}

export function stamp(atMs: number): string {
	return `${atMs.toFixed(1)} ms`;
}

function shorten(text: string, indentation?: 'keep indentation'): string {
	const line = indentation ? text.trimEnd() : text.replaceAll(/\s+/g, ' ').trim();
	return line.length <= LINE_LENGTH ? line : `${line.slice(0, LINE_LENGTH - 1)}…`;
}
