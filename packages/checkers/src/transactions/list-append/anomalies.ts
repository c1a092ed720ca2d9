/**
 * Phenomena of Adya ("Weak Consistency", MIT 1999) in the names of Elle (Kingsbury & Alvaro,
 * PVLDB 2020). A cycle through the order of a session or through real time has that in its name.
 */
export type Phenomenon =
	| 'garbage-read'
	| 'duplicate-element'
	| 'lost-append'
	| 'reordered-append'
	| 'G0'
	| 'G1a'
	| 'G1b'
	| 'G1c'
	| 'incompatible-order'
	| 'internal'
	| 'G-single'
	| 'G-nonadjacent'
	| 'G2';

/** What a cycle needs beside reads and writes: nothing, the order of a session, or real time. */
export type Scope = 'data' | 'process' | 'realtime';

type Variant = '' | '-process' | '-realtime';
export type AnomalyName = `${Phenomenon}${Variant}`;

/** From weak to strong: each forbids all that those before it forbid. */
const LEVELS = [
	'read-uncommitted',
	'read-committed',
	'parallel-snapshot-isolation',
	'snapshot-isolation',
	'serializable',
] as const;

type Level = (typeof LEVELS)[number];

export const SCOPES: readonly Scope[] = ['data', 'process', 'realtime'];

/**
 * A level alone speaks of reads and writes only. Its strong session form also keeps the order of each
 * process, its strong form real time. The strong form of `serializable` is called strict.
 */
export type ConsistencyModel =
	| Level
	| `strong-session-${Level}`
	| `strong-${Exclude<Level, 'serializable'>}`
	| 'strict-serializable';

/** The weakest level that forbids the phenomenon, and what it means. */
const PHENOMENA: Record<Phenomenon, { readonly forbiddenFrom: Level; readonly meaning: string }> = {
	'garbage-read': {
		forbiddenFrom: 'read-uncommitted',
		meaning: 'a read returned an element that nobody appended',
	},
	'duplicate-element': {
		forbiddenFrom: 'read-uncommitted',
		meaning: 'an element that was appended once is in a list twice',
	},
	'lost-append': {
		forbiddenFrom: 'read-uncommitted',
		meaning: 'of the appends of one transaction an earlier one is missing, a later one is there',
	},
	'reordered-append': {
		forbiddenFrom: 'read-uncommitted',
		meaning: 'the appends of one transaction took effect in another order',
	},
	G0: {
		forbiddenFrom: 'read-uncommitted',
		meaning: 'write cycle: the appends of transactions interleave',
	},
	G1a: {
		forbiddenFrom: 'read-committed',
		meaning: 'aborted read: an element of a transaction that failed was read',
	},
	G1b: {
		forbiddenFrom: 'read-committed',
		meaning: 'intermediate read: a state from the middle of another transaction was read',
	},
	G1c: {
		forbiddenFrom: 'read-committed',
		meaning: 'circular information flow: transactions saw each other',
	},
	'incompatible-order': {
		forbiddenFrom: 'read-committed',
		meaning: 'two reads of a list disagree, so one saw a state that is not of its history',
	},
	internal: {
		forbiddenFrom: 'parallel-snapshot-isolation',
		meaning: 'a read contradicts what the same transaction read or appended before',
	},
	'G-single': {
		forbiddenFrom: 'parallel-snapshot-isolation',
		meaning: 'read skew: a cycle with exactly one anti-dependency',
	},
	'G-nonadjacent': {
		forbiddenFrom: 'snapshot-isolation',
		meaning: 'a cycle with several anti-dependencies, no two of them adjacent',
	},
	G2: {
		forbiddenFrom: 'serializable',
		meaning: 'a cycle with adjacent anti-dependencies, such as write skew',
	},
};

const SUFFIXES: Record<Scope, Variant> = {
	data: '',
	process: '-process',
	realtime: '-realtime',
};

export const anomalyName = (phenomenon: Phenomenon, scope: Scope): AnomalyName =>
	`${phenomenon}${SUFFIXES[scope]}`;

export const meaningOf = (phenomenon: Phenomenon): string => PHENOMENA[phenomenon].meaning;

/** Whether every model that the second rules out is ruled out by the first. */
export function isImplied(
	[known, knownScope]: readonly [Phenomenon, Scope],
	[other, otherScope]: readonly [Phenomenon, Scope],
): boolean {
	return (
		levelOf(known) <= levelOf(other) && SCOPES.indexOf(knownScope) <= SCOPES.indexOf(otherScope)
	);
}

/** The models that forbid the phenomenon, from the weakest to the strongest. */
export function modelsRuledOut(phenomenon: Phenomenon, scope: Scope): ConsistencyModel[] {
	const scopes = SCOPES.slice(SCOPES.indexOf(scope));
	return LEVELS.slice(levelOf(phenomenon)).flatMap((level) =>
		scopes.map((one) => modelOf(level, one)),
	);
}

const levelOf = (phenomenon: Phenomenon): number =>
	LEVELS.indexOf(PHENOMENA[phenomenon].forbiddenFrom);

function modelOf(level: Level, scope: Scope): ConsistencyModel {
	if (scope === 'data') return level;
	if (scope === 'process') return `strong-session-${level}`;
	return level === 'serializable' ? 'strict-serializable' : `strong-${level}`;
}

/** All models that a list-append history can be held against. */
export const CONSISTENCY_MODELS: readonly ConsistencyModel[] = LEVELS.flatMap((level) =>
	SCOPES.map((scope) => modelOf(level, scope)),
);
