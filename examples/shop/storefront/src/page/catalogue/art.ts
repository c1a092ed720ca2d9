/**
 * A picture for each product, drawn from its sku: a small quilt of geometric pieces. Products of one
 * shelf share their shapes and the neighbourhood of their colours, so that they look like a family; the same sku always gives
 * the same picture.
 */
export interface Art {
	/** A CSS colour. */
	readonly ground: string;
	readonly pieces: readonly Piece[];
}

export interface Piece {
	/** An SVG path within `ART_WIDTH` by `ART_HEIGHT`. */
	readonly path: string;
	readonly colour: string;
}

const COLUMNS = 4;
const ROWS = 3;
const CELL = 60;
/** So far apart, in degrees, the colours of one shelf may be. */
const HUE_SPREAD = 56;
export const ART_WIDTH: number = COLUMNS * CELL;
export const ART_HEIGHT: number = ROWS * CELL;

type Shape = keyof typeof shapes;

/** Hues in degrees, as oklch counts them. */
interface Family {
	readonly hue: number;
	readonly accent: number;
	readonly shapes: readonly Shape[];
}

const families: Readonly<Record<string, Family>> = {
	COF: { hue: 55, accent: 25, shapes: ['ring', 'half', 'dot'] },
	TEA: { hue: 140, accent: 95, shapes: ['leaf', 'half', 'dot'] },
	KIT: { hue: 30, accent: 230, shapes: ['quarter', 'bars', 'dot'] },
	BAK: { hue: 75, accent: 15, shapes: ['arch', 'half', 'dot'] },
	TAB: { hue: 245, accent: 60, shapes: ['ring', 'quarter', 'square'] },
	BED: { hue: 285, accent: 200, shapes: ['bars', 'half', 'square'] },
	BAT: { hue: 205, accent: 170, shapes: ['wave', 'dot', 'half'] },
	LIG: { hue: 90, accent: 50, shapes: ['arch', 'ring', 'triangle'] },
	FUR: { hue: 45, accent: 150, shapes: ['arch', 'square', 'bars'] },
	STA: { hue: 260, accent: 30, shapes: ['bars', 'triangle', 'dot'] },
	GAM: { hue: 350, accent: 260, shapes: ['diamond', 'square', 'dot'] },
	TOY: { hue: 20, accent: 250, shapes: ['triangle', 'dot', 'half'] },
	AUD: { hue: 310, accent: 20, shapes: ['ring', 'bars', 'quarter'] },
	POW: { hue: 185, accent: 95, shapes: ['triangle', 'square', 'quarter'] },
	CYC: { hue: 225, accent: 40, shapes: ['ring', 'triangle', 'dot'] },
	OUT: { hue: 155, accent: 60, shapes: ['triangle', 'half', 'quarter'] },
	GAR: { hue: 125, accent: 25, shapes: ['leaf', 'quarter', 'dot'] },
	TOO: { hue: 240, accent: 70, shapes: ['diamond', 'bars', 'quarter'] },
	CLO: { hue: 10, accent: 280, shapes: ['wave', 'diamond', 'bars'] },
	PET: { hue: 70, accent: 145, shapes: ['half', 'dot', 'leaf'] },
};

/** Paths within a square whose corner is at x, y; `turn` is a quarter turn, 0 to 3. */
const shapes = {
	dot: (x, y, size) => circle(x + size / 2, y + size / 2, size * 0.28),
	ring: (x, y, size) =>
		circle(x + size / 2, y + size / 2, size * 0.44) +
		// The other way round, so that it is a hole.
		hole(x + size / 2, y + size / 2, size * 0.22),
	quarter: (x, y, size, turn) => {
		const [a, b, c] = corners(x, y, size, turn);
		return `M${a}L${b}A${size} ${size} 0 0 1 ${c}Z`;
	},
	half: (x, y, size, turn) => {
		const [a, b] = corners(x, y, size, turn);
		return `M${a}A${size / 2} ${size / 2} 0 0 0 ${b}Z`;
	},
	leaf: (x, y, size, turn) => {
		const [a, , c] = corners(x, y, size, turn % 2 === 0 ? 0 : 1, true);
		return `M${a}A${size} ${size} 0 0 1 ${c}A${size} ${size} 0 0 1 ${a}Z`;
	},
	triangle: (x, y, size, turn) => {
		const [a, b, c] = corners(x, y, size, turn);
		return `M${a}L${b}L${c}Z`;
	},
	square: (x, y, size) => rectangle(x + size / 4, y + size / 4, size / 2, size / 2),
	diamond: (x, y, size) => {
		const half = size / 2;
		return `M${x + half} ${y}l${half} ${half}l${-half} ${half}l${-half} ${-half}Z`;
	},
	bars: (x, y, size, turn) =>
		[0, 1, 2]
			.map((bar) => (bar * size) / 3 + size / 12)
			.map((offset) =>
				turn % 2 === 0
					? rectangle(x, y + offset, size, size / 6)
					: rectangle(x + offset, y, size / 6, size),
			)
			.join(''),
	arch: (x, y, size) => {
		const half = size / 2;
		return `M${x} ${y + size}v${-half}a${half} ${half} 0 0 1 ${size} 0v${half}Z`;
	},
	wave: (x, y, size) =>
		[1 / 6, 4 / 6]
			.map((part) => {
				const [top, quarter] = [y + part * size, size / 4];
				const crest = `q${quarter} ${-quarter} ${size / 2} 0t${size / 2} 0`;
				const back = `q${-quarter} ${quarter} ${-size / 2} 0t${-size / 2} 0`;
				return `M${x} ${top}${crest}v${size / 6}${back}Z`;
			})
			.join(''),
} satisfies Record<string, (x: number, y: number, size: number, turn: number) => string>;

/** The picture of a product. */
export function artOf(sku: string): Art {
	const draw = drawsFrom(sku);
	const family = families[sku.slice(0, 3)] ?? strangerFamily(sku);
	// Neighbours on a shelf differ a little.
	const shift = Math.round((draw() - 0.5) * HUE_SPREAD);
	const colours = coloursOf({ ...family, hue: family.hue + shift, accent: family.accent - shift });
	const big = { column: Math.floor(draw() * 3), row: Math.floor(draw() * 2) };
	const main = family.shapes[Math.floor(draw() ** 1.5 * family.shapes.length)] ?? 'dot';
	const pieces: Piece[] = [
		{
			path: rectangle(big.column * CELL, big.row * CELL, 2 * CELL, 2 * CELL),
			colour: colours.deep,
		},
		{
			path: shapes[main](big.column * CELL, big.row * CELL, 2 * CELL, Math.floor(draw() * 4)),
			colour: colours.bright,
		},
	];
	for (let cell = 0; cell < COLUMNS * ROWS; cell++) {
		const [column, row] = [cell % COLUMNS, Math.floor(cell / COLUMNS)];
		const isBig = (at: number, from: number): boolean => at === from || at === from + 1;
		if (isBig(column, big.column) && isBig(row, big.row)) continue;
		pieces.push(...cellPieces(column * CELL, row * CELL, family, colours, draw));
	}
	return { ground: colours.ground, pieces };
}

type Colours = ReturnType<typeof coloursOf>;

function cellPieces(
	x: number,
	y: number,
	family: Family,
	colours: Colours,
	draw: () => number,
): Piece[] {
	const shape = family.shapes[Math.floor(draw() * family.shapes.length)] ?? 'dot';
	const [tone, turn, filling] = [draw(), Math.floor(draw() * 4), draw()];
	const colour = tone < 0.45 ? colours.middle : tone < 0.75 ? colours.deep : colours.bright;
	const piece = { path: shapes[shape](x, y, CELL, turn), colour };
	if (filling < 0.25) return [];
	if (filling < 0.75) return [piece];
	return [{ path: rectangle(x, y, CELL, CELL), colour: colours.soft }, piece];
}

function coloursOf({ hue, accent }: Family) {
	return {
		ground: `oklch(0.93 0.03 ${hue})`,
		soft: `oklch(0.86 0.06 ${hue})`,
		middle: `oklch(0.7 0.1 ${hue})`,
		deep: `oklch(0.45 0.085 ${hue})`,
		bright: `oklch(0.77 0.11 ${accent})`,
	};
}

/** For shelves that came after this page. */
function strangerFamily(sku: string): Family {
	const draw = drawsFrom(sku.slice(0, 3));
	const hue = Math.floor(draw() * 360);
	return { hue, accent: (hue + 120) % 360, shapes: ['quarter', 'dot', 'bars'] };
}

/** Numbers from 0 to 1 that look random and are always the same: FNV-1a, then mulberry32. */
function drawsFrom(text: string): () => number {
	let state = 0x811c9dc5;
	for (const letter of text) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193);
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** Three corners of a square, beginning at the one that `turn` names, clockwise. */
function corners(x: number, y: number, size: number, turn: number, across = false): string[] {
	const all = [`${x} ${y}`, `${x + size} ${y}`, `${x + size} ${y + size}`, `${x} ${y + size}`];
	const turned = [...all.slice(turn), ...all.slice(0, turn)];
	return across ? turned.slice(0, 3) : [turned[0] ?? '', turned[1] ?? '', turned[3] ?? ''];
}

function rectangle(x: number, y: number, width: number, height: number): string {
	return `M${x} ${y}h${width}v${height}h${-width}Z`;
}

function circle(x: number, y: number, radius: number): string {
	return `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
}

function hole(x: number, y: number, radius: number): string {
	return `M${x - radius} ${y}a${radius} ${radius} 0 1 1 ${2 * radius} 0a${radius} ${radius} 0 1 1 ${-2 * radius} 0Z`;
}
