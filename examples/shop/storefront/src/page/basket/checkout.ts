import { type ReadonlySignal, signal } from '@preact/signals';
import type { NewOrder, Order } from '@shop/contracts';
import { isDeclaredError, isFlotillaError } from 'flotilla/client';
import type { Kept } from '../connection/kept.ts';

/** An order that was sent, or is about to be, and whose answer has not been read yet. */
export interface Attempt {
	/** Under it the order is placed once, however often it is sent. */
	readonly idempotencyKey: string;
	readonly lines: NewOrder['lines'];
	/** Whose order it is: the key means nothing for anybody else. */
	readonly subject: string;
	readonly startedAtMs: number;
	/** Whether a try has ended without an answer, so that the order may be there already. */
	readonly isUnsure: boolean;
}

/** What a checkout needs of its surroundings. */
export interface CheckoutParts {
	place(order: NewOrder, idempotencyKey: string): Promise<Order>;
	readonly storage: Kept;
	nowMs(): number;
	newKey(): string;
}

const KEY = 'order-attempt';

/** The shop remembers keys for seven days. An older one would be a new order. */
const ATTEMPT_AGE_MAX_MS = 6 * 24 * 60 * 60 * 1_000;

/**
 * Places orders once each. What is sent is written down before, with its idempotency key, and
 * forgotten only when it is known what became of it: so a second click, a lost answer and a reload
 * in between all end with the same order.
 */
export class Checkout {
	readonly #parts: CheckoutParts;
	readonly #isPlacing = signal(false);
	readonly #attempt = signal<Attempt | undefined>(undefined);
	#underWay: Promise<Order> | undefined;

	constructor(parts: CheckoutParts) {
		this.#parts = parts;
		this.#attempt.value = attemptOf(parts.storage.getItem(KEY));
	}

	get isPlacing(): ReadonlySignal<boolean> {
		return this.#isPlacing;
	}

	/** What may have been placed already, for this customer. */
	openFor(subject: string): Attempt | undefined {
		const attempt = this.#attempt.value;
		if (attempt?.subject !== subject) return undefined;
		return this.#parts.nowMs() - attempt.startedAtMs < ATTEMPT_AGE_MAX_MS ? attempt : undefined;
	}

	/**
	 * Places an order; where one is open already, that one instead.
	 *
	 * @throws What `place` throws. The attempt stays open unless it is sure that nothing was placed.
	 */
	place(lines: NewOrder['lines'], subject: string): Promise<Order> {
		this.#underWay ??= this.#place(lines, subject).finally(() => {
			this.#underWay = undefined;
		});
		return this.#underWay;
	}

	async #place(lines: NewOrder['lines'], subject: string): Promise<Order> {
		const { nowMs, newKey, place, storage } = this.#parts;
		// Another tab may have sent it, or heard what became of it.
		this.#attempt.value = attemptOf(storage.getItem(KEY));
		const attempt = this.openFor(subject) ?? {
			...{ idempotencyKey: newKey(), lines, subject },
			...{ startedAtMs: nowMs(), isUnsure: false },
		};
		this.#keep(attempt);
		this.#isPlacing.value = true;
		try {
			const order = await place({ lines: attempt.lines }, attempt.idempotencyKey);
			this.#keep(undefined);
			return order;
		} catch (error) {
			const isOver = isAnswer(error) || (wasNotPlaced(error) && !attempt.isUnsure);
			this.#keep(isOver ? undefined : { ...attempt, isUnsure: true });
			throw error;
		} finally {
			this.#isPlacing.value = false;
		}
	}

	#keep(attempt: Attempt | undefined): void {
		const { storage } = this.#parts;
		if (attempt === undefined) storage.removeItem(KEY);
		else storage.setItem(KEY, JSON.stringify(attempt));
		this.#attempt.value = attempt;
	}
}

/** A recorded answer: sending it again would give the same one. */
function isAnswer(error: unknown): boolean {
	return isDeclaredError(error) || isFlotillaError(error, 'FLOTILLA_IDEMPOTENCY_KEY_REUSED');
}

function wasNotPlaced(error: unknown): boolean {
	return isFlotillaError(error) && error.effect === 'none';
}

function attemptOf(text: string | null): Attempt | undefined {
	try {
		const attempt = JSON.parse(text ?? '') as Partial<Attempt>;
		const isWhole =
			typeof attempt.idempotencyKey === 'string' &&
			Array.isArray(attempt.lines) &&
			typeof attempt.subject === 'string' &&
			typeof attempt.startedAtMs === 'number';
		// Written down and never finished: the page was gone before it heard what became of it.
		return isWhole ? ({ ...attempt, isUnsure: true } as Attempt) : undefined;
	} catch {
		return undefined;
	}
}
