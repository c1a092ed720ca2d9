import type { FaultName, RandomSource } from 'flotilla/adapter';
import type { Kernel } from '../kernel/kernel.ts';

/** What the nemesis can do to the machines of a run. */
export interface Machinery {
	/** Those that run services, by name. */
	readonly instances: readonly string[];
	/** Those that keep databases. */
	readonly databases: readonly string[];
	/** All of them, those of clients included. */
	readonly machines: readonly string[];
	/** Whether a process runs there now. */
	running(machine: string): boolean;
	crash(machine: string, how: 'crash' | 'power-loss'): void;
	/** Starts a process where none runs. */
	restart(machine: string): void;
	/** Starts the successor of a process that goes on; the old one is to be ended by `endTwin`. */
	startTwin(machine: string): void;
	endTwin(machine: string): void;
	pause(machine: string, forMs: number): void;
	jumpClock(machine: string, byMs: number): void;
	/** Holds what one sends to the other, until as many calls of `unblock`. */
	block(from: string, to: string): void;
	unblock(from: string, to: string): void;
}

/** A fault that takes a while: when it comes, what it does, and how it ends. */
interface Window {
	/** How long from one to the next, at full weight, on the average. */
	readonly everyMs: number;
	readonly lastsMs: readonly [least: number, most: number];
	/** Begins it and returns what it did, in words, and how to end it; `undefined`: it cannot be now. */
	begin(
		machinery: Machinery,
		random: RandomSource,
		lastsMs: number,
		kernel: Kernel,
	): Strike | undefined;
}

interface Strike {
	readonly text: string;
	readonly end?: () => void;
}

/**
 * The plan of the faults that take a while: partitions, crashes, pauses. Like the others, each depends
 * on the seed and its own number alone, and can be left out without moving the rest.
 */
export class Nemesis {
	readonly #kernel: Kernel;
	readonly #machinery: Machinery;
	readonly #open = new Set<() => void>();
	#stopped = false;

	constructor(kernel: Kernel, machinery: Machinery) {
		this.#kernel = kernel;
		this.#machinery = machinery;
	}

	start(): void {
		for (const fault of Object.keys(windows) as (keyof typeof windows)[]) {
			if (this.#kernel.faults.weight(fault) > 0) this.#schedule(fault, 0);
		}
	}

	/** Nothing more strikes, and what still lasts ends now. */
	heal(): void {
		this.#stopped = true;
		for (const end of [...this.#open]) end();
	}

	#schedule(fault: keyof typeof windows, count: number): void {
		const id = `${fault}/nemesis#${count}`;
		const random = this.#kernel.chance.stream(id);
		const { everyMs, lastsMs, begin } = windows[fault] as Window;
		const waitMs = (everyMs * (0.25 + 1.5 * random.next())) / this.#kernel.faults.weight(fault);
		this.#kernel.after(waitMs, undefined, 'nemesis', id, () => {
			if (this.#stopped) return;
			this.#schedule(fault, count + 1);
			if (!this.#kernel.faults.allows(id)) return;
			// Small durations are as likely as large ones: both find other things.
			const share = random.next() * random.next();
			const forMs = lastsMs[0] + (lastsMs[1] - lastsMs[0]) * share;
			const strike = begin(this.#machinery, random, forMs, this.#kernel);
			if (strike === undefined) return;
			this.#kernel.faults.record(id, fault, `${strike.text} (for ${Math.round(forMs)} ms)`);
			if (strike.end !== undefined) this.#endLater(id, forMs, strike.end);
		});
	}

	#endLater(id: string, forMs: number, end: () => void): void {
		const finish = (): void => {
			if (this.#open.delete(finish)) end();
		};
		this.#open.add(finish);
		this.#kernel.after(forMs, undefined, 'nemesis', `${id} ends`, finish);
	}
}

const windows = {
	'network.partition': {
		everyMs: 8_000,
		lastsMs: [100, 15_000],
		begin: (machinery, random) => {
			const [left, right] = halves(machinery.machines, random);
			return cut(machinery, [...pairs(left, right), ...pairs(right, left)], groups(left, right));
		},
	},
	'network.one-way-partition': {
		everyMs: 8_000,
		lastsMs: [100, 15_000],
		begin: (machinery, random) => {
			const [left, right] = halves(machinery.machines, random);
			return cut(machinery, pairs(left, right), `${left.join(', ')} cannot send to the others`);
		},
	},
	'network.bridge': {
		everyMs: 10_000,
		lastsMs: [100, 15_000],
		begin: (machinery, random) => {
			const bridge = pick(machinery.machines, random);
			const others = machinery.machines.filter((machine) => machine !== bridge);
			const [left, right] = halves(others, random);
			const text = `${groups(left, right)}, but ${bridge} reaches both`;
			return cut(machinery, [...pairs(left, right), ...pairs(right, left)], text);
		},
	},
	'network.flapping': {
		everyMs: 8_000,
		lastsMs: [500, 10_000],
		begin: (machinery, random, lastsMs, kernel) => {
			const from = pick(machinery.machines, random);
			const to = pick(machinery.machines, random);
			if (from === undefined || to === undefined || from === to) return undefined;
			return flap(machinery, kernel, { from, to, everyMs: 50 + 450 * random.next(), lastsMs });
		},
	},
	'process.crash': {
		everyMs: 5_000,
		lastsMs: [50, 8_000],
		begin: (machinery, random) => end(machinery, random, 'crash'),
	},
	'process.power-loss': {
		everyMs: 8_000,
		lastsMs: [50, 8_000],
		begin: (machinery, random) => end(machinery, random, 'power-loss'),
	},
	'process.twin': {
		everyMs: 10_000,
		lastsMs: [200, 10_000],
		begin: (machinery, random) => {
			const machine = pick(machinery.instances, random);
			if (machine === undefined || !machinery.running(machine)) return undefined;
			machinery.startTwin(machine);
			const text = `${machine} is started again while the old process goes on`;
			return { text, end: () => machinery.endTwin(machine) };
		},
	},
	'process.pause': {
		everyMs: 6_000,
		lastsMs: [50, 45_000],
		begin: (machinery, random, lastsMs) => {
			const machine = pick([...machinery.instances, ...machinery.databases], random);
			if (machine === undefined || !machinery.running(machine)) return undefined;
			machinery.pause(machine, lastsMs);
			return { text: `${machine} stands still`, end: () => machinery.pause(machine, 0) };
		},
	},
	'process.slow': {
		everyMs: 8_000,
		lastsMs: [500, 15_000],
		begin: (machinery, random, lastsMs, kernel) => {
			const machine = pick([...machinery.instances, ...machinery.databases], random);
			if (machine === undefined) return undefined;
			const standsMs = 5 + 95 * random.next();
			const untilMs = kernel.nowMs + lastsMs;
			let slow = true;
			const slowDown = (): void => {
				if (!slow || kernel.nowMs >= untilMs) return;
				if (machinery.running(machine)) machinery.pause(machine, standsMs);
				kernel.after(standsMs * 1.5, undefined, 'nemesis', machine, slowDown);
			};
			slowDown();
			const text = `${machine} is slow: it stands still ${Math.round(standsMs)} ms again and again`;
			return {
				text,
				end: () => {
					slow = false;
				},
			};
		},
	},
	'clock.jump': {
		everyMs: 6_000,
		lastsMs: [0, 0],
		begin: (machinery, random) => {
			const machine = pick(machinery.machines, random);
			if (machine === undefined) return undefined;
			const sizeMs = pick([500, 5_000, 60_000, 3_600_000], random) ?? 0;
			const byMs = random.next() < 0.5 ? sizeMs : -sizeMs;
			machinery.jumpClock(machine, byMs);
			return { text: `the wall clock of ${machine} jumps by ${byMs} ms` };
		},
	},
	'database.crash': {
		everyMs: 10_000,
		lastsMs: [50, 5_000],
		begin: (machinery, random) => {
			const machine = pick(machinery.databases, random);
			if (machine === undefined || !machinery.running(machine)) return undefined;
			machinery.crash(machine, 'power-loss');
			const text = `the database machine ${machine} stops`;
			return { text, end: () => machinery.restart(machine) };
		},
	},
} satisfies Partial<Record<FaultName, Window>>;

function end(
	machinery: Machinery,
	random: RandomSource,
	how: 'crash' | 'power-loss',
): Strike | undefined {
	const machine = pick(machinery.instances, random);
	if (machine === undefined || !machinery.running(machine)) return undefined;
	machinery.crash(machine, how);
	const text = how === 'crash' ? `the process on ${machine} ends` : `${machine} loses its power`;
	return { text, end: () => machinery.restart(machine) };
}

interface Flapping {
	readonly from: string;
	readonly to: string;
	readonly everyMs: number;
	readonly lastsMs: number;
}

function flap(machinery: Machinery, kernel: Kernel, flapping: Flapping): Strike {
	const { from, to, everyMs, lastsMs } = flapping;
	const untilMs = kernel.nowMs + lastsMs;
	let down = false;
	let over = false;
	const turn = (): void => {
		if (over) return;
		down = !down;
		if (down) machinery.block(from, to);
		else machinery.unblock(from, to);
		if (kernel.nowMs < untilMs) kernel.after(everyMs, undefined, 'nemesis', `${from}>${to}`, turn);
	};
	turn();
	return {
		text: `the link from ${from} to ${to} goes down and up every ${Math.round(everyMs)} ms`,
		end: () => {
			over = true;
			if (down) machinery.unblock(from, to);
		},
	};
}

type Link = readonly [from: string, to: string];

function cut(machinery: Machinery, links: readonly Link[], text: string): Strike | undefined {
	if (links.length === 0) return undefined;
	for (const [from, to] of links) machinery.block(from, to);
	return {
		text,
		end: () => {
			for (const [from, to] of links) machinery.unblock(from, to);
		},
	};
}

function groups(left: readonly string[], right: readonly string[]): string {
	return `${left.join(', ')} and ${right.join(', ')} cannot reach each other`;
}

function pairs(from: readonly string[], to: readonly string[]): readonly Link[] {
	return from.flatMap((one) => to.map((other): Link => [one, other]));
}

/** Cuts in two parts: sometimes one machine from the rest, sometimes about half from half. */
function halves(
	machines: readonly string[],
	random: RandomSource,
): readonly [readonly string[], readonly string[]] {
	if (random.next() < 0.4) {
		const alone = pick(machines, random);
		return [
			machines.filter((machine) => machine === alone),
			machines.filter((machine) => machine !== alone),
		];
	}
	const left = new Set(machines.filter(() => random.next() < 0.5));
	return [
		machines.filter((machine) => left.has(machine)),
		machines.filter((machine) => !left.has(machine)),
	];
}

function pick<T>(items: readonly T[], random: RandomSource): T | undefined {
	return items[Math.floor(random.next() * items.length)];
}
