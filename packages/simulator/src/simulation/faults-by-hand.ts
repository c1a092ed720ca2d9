import type { Kernel } from '../kernel/kernel.ts';
import type { FleetOfMachines } from '../machine/fleet-of-machines.ts';
import type { SimulatedNetwork } from '../network/simulated-network.ts';
import type { FaultsByHand } from '../scenario/scenario.ts';

export interface FaultsByHandParts {
	readonly kernel: Kernel;
	readonly machines: FleetOfMachines;
	readonly network: SimulatedNetwork;
	readonly heal: () => void;
}

type Link = readonly [from: string, to: string];

/** See `FaultsByHand`. Each is a line of the trace. */
export function faultsByHand({ kernel, machines, network, heal }: FaultsByHandParts): FaultsByHand {
	const note = (text: string): void => kernel.note('world', 'fault by hand', text, () => text);
	const known = (names: readonly string[]): void => {
		for (const name of names) machines.check(name);
	};
	const cut = (links: readonly Link[], text: string): { rejoin(): void } => {
		known(links.flat());
		note(text);
		for (const [from, to] of links) machines.block(from, to);
		let isCut = true;
		return {
			rejoin: () => {
				if (isCut) for (const [from, to] of links) machines.unblock(from, to);
				isCut = false;
			},
		};
	};
	return {
		crash: (machine) => {
			known([machine]);
			note(`the process on ${machine} ends`);
			machines.crash(machine, 'crash');
		},
		powerLoss: (machine) => {
			known([machine]);
			note(`${machine} loses its power`);
			machines.crash(machine, 'power-loss');
		},
		restart: (machine) => {
			known([machine]);
			machines.restart(machine);
		},
		pause: (machine, forMs) => {
			known([machine]);
			note(`${machine} stands still for ${forMs} ms`);
			machines.pause(machine, forMs);
		},
		twin: (machine) => {
			known([machine]);
			note(`${machine} is started again while the old process goes on`);
			machines.startTwin(machine);
			return { end: () => machines.endTwin(machine) };
		},
		jumpClock: (machine, byMs) => {
			known([machine]);
			note(`the wall clock of ${machine} jumps by ${byMs} ms`);
			machines.jumpClock(machine, byMs);
		},
		partition: (left, right) => {
			const links = [...pairs(left, right), ...pairs(right, left)];
			return cut(links, `${left.join(', ')} and ${right.join(', ')} cannot reach each other`);
		},
		oneWayPartition: (from, to) =>
			cut(pairs(from, to), `${from.join(', ')} cannot send to ${to.join(', ')}`),
		reset: (machine, other) => {
			known([machine, other]);
			note(`the connections between ${machine} and ${other} break`);
			network.reset(machine, other);
		},
		heal,
	};
}

function pairs(from: readonly string[], to: readonly string[]): readonly Link[] {
	return from.flatMap((one) => to.map((other): Link => [one, other]));
}
