import { hashOf } from '../kernel/chance.ts';
import type { FaultDecisions, FaultScope } from '../kernel/fault-decisions.ts';
import { faultScope } from '../kernel/fault-decisions.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** What went over a link. */
export interface LinkCounts {
	readonly from: string;
	readonly to: string;
	/** Delivered: runs of bytes, whole channel messages, datagrams. */
	readonly messages: number;
	readonly sizeBytes: number;
	/** Datagrams that were lost, and segments that were sent again. */
	readonly lost: number;
}

/** How likely each fault is at its full weight, for one segment or datagram. */
const tailShare = 0.02;
const lossShare = 0.02;
const slowShare = 0.2;

/** The first retransmission comes after this long, the next ones after twice as long each. */
export const retransmissionMs = 200;
const retransmissionsMax = 6;

const tailMsMax = 5_000;
/** Of a slow link: 20 to 200 kB/s. */
const slowBytesPerMsMin = 20;
const slowBytesPerMsMax = 200;

const jitterSalt = hashOf('jitter');
const tailSalt = hashOf('tail');

/** The way from one machine to another: how long it takes, and what may happen on it. */
export class Link {
	readonly from: string;
	readonly to: string;
	readonly scope: FaultScope;
	/** Without jitter and faults. */
	readonly baseDelayMs: number;
	readonly #kernel: Kernel;
	readonly #faults: FaultDecisions;
	readonly #bytesPerMs: number | undefined;
	#sent = 0;
	#messages = 0;
	#sizeBytes = 0;
	#lost = 0;
	#blocks = 0;
	#blockedSinceMs: number | undefined;
	#clearAtMs = 0;
	#busyUntilMs = 0;

	constructor(
		kernel: Kernel,
		options: { readonly from: string; readonly to: string; readonly baseDelayMs: number },
	) {
		this.from = options.from;
		this.to = options.to;
		this.baseDelayMs = options.baseDelayMs;
		this.scope = faultScope(`${options.from}>${options.to}`);
		this.#kernel = kernel;
		this.#faults = kernel.faults;
		this.#bytesPerMs = this.#drawBandwidth();
	}

	/** Since when nothing gets through; `undefined` while something does. */
	get blockedSinceMs(): number | undefined {
		return this.#blockedSinceMs;
	}

	get blocked(): boolean {
		return this.#blockedSinceMs !== undefined;
	}

	get counts(): LinkCounts {
		const { from, to } = this;
		return { from, to, messages: this.#messages, sizeBytes: this.#sizeBytes, lost: this.#lost };
	}

	/** The number of the next segment or datagram: decisions about it depend on that. */
	next(): number {
		return this.#sent++;
	}

	/** A number for a decision about a segment or datagram, 0 inclusive to 1 exclusive. */
	draw(salt: number, number: number): number {
		return this.#kernel.chance.draw(this.scope.hash ^ salt, number);
	}

	strikes(
		fault: Parameters<FaultDecisions['strikes']>[0],
		number: number,
		share: number,
		describe: () => string,
	): boolean {
		return this.#faults.strikes(fault, this.scope, number, share, describe);
	}

	/** When something that leaves now arrives, unless it is lost. */
	arrivalMs(number: number, sizeBytes: number): number {
		let leavesAtMs = Math.max(this.#kernel.nowMs, this.#clearAtMs);
		if (this.#slow) {
			leavesAtMs = Math.max(leavesAtMs, this.#busyUntilMs) + this.#transmissionMs(sizeBytes);
			this.#busyUntilMs = leavesAtMs;
		}
		return leavesAtMs + this.delayMs(number);
	}

	/** How much longer a segment takes that grew before it left. */
	growthMs(sizeBytes: number): number {
		if (!this.#slow) return 0;
		const transmissionMs = this.#transmissionMs(sizeBytes);
		this.#busyUntilMs += transmissionMs;
		return transmissionMs;
	}

	/** The way alone, for something small. */
	delayMs(number: number): number {
		const jitterMs = (this.baseDelayMs / 2) * this.draw(jitterSalt, number);
		return this.baseDelayMs + jitterMs + this.#tailMs(number);
	}

	/** How long a segment takes longer because it was lost, once or several times in a row. */
	lossMs(number: number): number {
		let totalMs = 0;
		for (let attempt = 0; attempt < retransmissionsMax; attempt++) {
			if (!this.loses(number, attempt)) break;
			totalMs += retransmissionMs * 2 ** attempt;
		}
		return totalMs;
	}

	/** Whether a segment or datagram is lost, at which attempt to send it. */
	loses(number: number, attempt = 0): boolean {
		const occasion = number * retransmissionsMax + attempt;
		const lost = this.strikes('network.loss', occasion, lossShare, () => `${this.#name} loses`);
		if (lost) this.#lost += 1;
		return lost;
	}

	/** Whether the block that is on now was on already at that time. */
	blockedAt(timeMs: number): boolean {
		return this.#blockedSinceMs !== undefined && this.#blockedSinceMs <= timeMs;
	}

	countDelivery(sizeBytes: number): void {
		this.#messages += 1;
		this.#sizeBytes += sizeBytes;
	}

	countLoss(): void {
		this.#lost += 1;
	}

	block(): void {
		this.#blocks += 1;
		this.#blockedSinceMs ??= this.#kernel.nowMs;
	}

	unblock(): void {
		this.#blocks = Math.max(0, this.#blocks - 1);
		if (this.#blocks === 0) this.#blockedSinceMs = undefined;
	}

	clog(durationMs: number): void {
		this.#clearAtMs = Math.max(this.#clearAtMs, this.#kernel.nowMs + durationMs);
	}

	heal(): void {
		this.#blocks = 0;
		this.#blockedSinceMs = undefined;
		this.#clearAtMs = 0;
		this.#busyUntilMs = 0;
	}

	get #name(): string {
		return `${this.from} → ${this.to}`;
	}

	get #slow(): boolean {
		return this.#bytesPerMs !== undefined && this.#faults.weight('network.slow') > 0;
	}

	#transmissionMs(sizeBytes: number): number {
		return sizeBytes / (this.#bytesPerMs ?? Number.POSITIVE_INFINITY);
	}

	#drawBandwidth(): number | undefined {
		if (this.from === this.to) return undefined;
		const slow = this.strikes('network.slow', 0, slowShare, () => `${this.#name} is slow`);
		if (!slow) return undefined;
		const span = slowBytesPerMsMax - slowBytesPerMsMin;
		return slowBytesPerMsMin + span * this.#kernel.chance.draw(this.scope.hash, 0);
	}

	/** Most of what is late is a little late, some of it seconds: the probability falls with 1/t. */
	#tailMs(number: number): number {
		let tailMs = 0;
		const late = this.strikes('network.delay', number, tailShare, () => {
			return `${this.#name} is late`;
		});
		if (late) tailMs = 10 / (this.draw(tailSalt, number) + 10 / tailMsMax);
		return tailMs;
	}
}
