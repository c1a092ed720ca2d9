/** A message from one participant to another, or to itself. */
export interface Message {
	readonly kind: 'message';
	readonly from: string;
	readonly to: string;
	readonly text: string;
	/** Drawn dashed. */
	readonly isAnswer: boolean;
	/** Nobody waits for it; drawn with an open tip. */
	readonly isOneWay: boolean;
}

interface Note {
	readonly kind: 'note';
	/** From the first to the last of these. */
	readonly over: readonly string[];
	readonly text: string;
}

/** `alt`, `opt`, `loop`, `par`: a box around what happens in a case. */
export interface Frame {
	readonly kind: 'frame';
	readonly word: string;
	readonly sections: readonly Section[];
}

export interface Section {
	readonly label: string;
	readonly items: readonly Item[];
}

export type Item = Message | Note | Frame;

export interface Participant {
	readonly id: string;
	readonly name: string;
}

export interface SequenceDiagram {
	readonly participants: readonly Participant[];
	readonly items: readonly Item[];
}

const ARROWS: Readonly<Record<string, { isAnswer: boolean; isOneWay: boolean }>> = {
	'->>': { isAnswer: false, isOneWay: false },
	'-->>': { isAnswer: true, isOneWay: false },
	'-)': { isAnswer: false, isOneWay: true },
	'--)': { isAnswer: true, isOneWay: true },
};

const PARTICIPANT = /^(?:participant|actor) +(?<id>\w+)(?: +as +(?<name>.+))?$/;
const MESSAGE = /^(?<from>\w+) *(?<arrow>--?>>|--?\)) *(?<to>\w+) *: *(?<text>.+)$/;
const NOTE = /^note over +(?<over>\w+(?: *, *\w+)*) *: *(?<text>.+)$/i;
const OPENING = /^(?<word>alt|opt|loop|par)(?: +(?<label>.+))?$/;
const NEXT = /^(?:else|and)(?: +(?<label>.+))?$/;

interface OpenFrame {
	readonly word: string;
	readonly sections: { label: string; items: Item[] }[];
}

/**
 * Reads what our documents use of Mermaid's sequence diagrams: participants, messages, notes over
 * participants, and frames. Whatever else is there is an error that names its line.
 */
export function parseSequence(text: string): SequenceDiagram {
	const participants = new Map<string, string>();
	const items: Item[] = [];
	const open: OpenFrame[] = [];
	const add = (item: Item): void => {
		(open.at(-1)?.sections.at(-1)?.items ?? items).push(item);
	};
	const known = (id = ''): string => {
		if (!participants.has(id)) participants.set(id, id);
		return id;
	};
	const [first, ...lines] = text
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '' && !line.startsWith('%%'));
	if (first !== 'sequenceDiagram') throw new Error(`a diagram that begins with "${first}"`);
	for (const line of lines) {
		const participant = PARTICIPANT.exec(line)?.groups;
		const message = MESSAGE.exec(line)?.groups;
		const note = NOTE.exec(line)?.groups;
		const opening = OPENING.exec(line)?.groups;
		const next = NEXT.exec(line)?.groups;
		if (participant) {
			participants.set(participant.id ?? '', participant.name ?? participant.id ?? '');
		} else if (message) {
			const arrow = ARROWS[message.arrow ?? ''];
			if (arrow === undefined) throw new Error(`an arrow that is not known: "${line}"`);
			const { from, to, text: label = '' } = message;
			add({ kind: 'message', from: known(from), to: known(to), text: label, ...arrow });
		} else if (note) {
			const over = (note.over ?? '').split(/ *, */).map(known);
			add({ kind: 'note', over, text: note.text ?? '' });
		} else if (opening) {
			open.push({
				word: opening.word ?? '',
				sections: [{ label: opening.label ?? '', items: [] }],
			});
		} else if (next && open.length > 0) {
			open.at(-1)?.sections.push({ label: next.label ?? '', items: [] });
		} else if (line === 'end' && open.length > 0) {
			const { word, sections } = open.pop() as OpenFrame;
			add({ kind: 'frame', word, sections });
		} else {
			throw new Error(`a line that is not understood: "${line}"`);
		}
	}
	if (open.length > 0) throw new Error(`a frame that does not end: ${open.at(-1)?.word}`);
	return { participants: [...participants].map(([id, name]) => ({ id, name })), items };
}
