/** What stands for a parameter that is a value. */
const value: readonly string[] = Object.freeze([]);

/** A template with some of its pieces: what it leads to with another one. */
interface Place {
	combined?: readonly string[];
	readonly next: WeakMap<readonly string[], Place>;
}

/** How many combinations of pieces are remembered for one template; dynamic SQL may have any number. */
const COMBINATIONS_MAX = 1_000;

interface Template extends Place {
	combinations: number;
}

const templates = new WeakMap<readonly string[], Template>();

/**
 * The strings of a template into which pieces were put. Those of the same template with the same
 * pieces are the same array: by that, engines know a statement again without reading it.
 *
 * @param pieces The strings of each parameter that is a piece; `undefined`: it is a value.
 */
export function combinedStrings(
	strings: readonly string[],
	pieces: readonly (readonly string[] | undefined)[],
): readonly string[] {
	let template = templates.get(strings);
	if (template === undefined) {
		template = { next: new WeakMap(), combinations: 0 };
		templates.set(strings, template);
	}
	let place: Place = template;
	for (const piece of pieces) {
		const key = piece ?? value;
		let next = place.next.get(key);
		if (next === undefined) {
			if (template.combinations >= COMBINATIONS_MAX) return combine(strings, pieces);
			template.combinations += 1;
			next = { next: new WeakMap() };
			place.next.set(key, next);
		}
		place = next;
	}
	place.combined ??= combine(strings, pieces);
	return place.combined;
}

function combine(
	strings: readonly string[],
	pieces: readonly (readonly string[] | undefined)[],
): readonly string[] {
	const texts = [strings[0] as string];
	for (const [index, piece] of pieces.entries()) {
		const after = strings[index + 1] as string;
		if (piece === undefined) {
			texts.push(after);
		} else {
			texts[texts.length - 1] += piece[0] as string;
			texts.push(...piece.slice(1));
			texts[texts.length - 1] += after;
		}
	}
	return texts;
}
