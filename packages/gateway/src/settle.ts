import { type HttpOperation, knownFields, type Operation } from 'flotilla/adapter';
import type { Caller, Fleet } from 'flotilla/run';
import { fixedLimits } from './limits.ts';
import { within } from './within.ts';

/** How a command's answer goes on changing: what its contract says. */
export interface Settling {
	readonly settle: NonNullable<HttpOperation['settle']>;
	/** The streaming query that tells the newer answers. */
	readonly watch: Operation;
}

/**
 * The newest answer of a command that there is within `waitMs`, or the first settled one.
 *
 * Also without waiting the present state is read once: the answer may come from the record of an
 * earlier call, and much may have happened since. When newer answers cannot be had, the one that is
 * there holds.
 *
 * @param waitMs 0 to 30_000.
 */
export async function settledAnswer(
	fleet: Fleet,
	{ settle, watch }: Settling,
	answer: unknown,
	caller: Caller,
	waitMs: number,
): Promise<unknown> {
	const { clock } = fleet.host;
	let latest = answer;
	if (!isUnsettled(latest, settle.while)) return latest;
	const endMs = clock.monotonicMs() + waitMs;
	try {
		const values = fleet.stream(watch, inputOf(watch, answer), caller)[Symbol.asyncIterator]();
		try {
			let leftMs = Math.max(waitMs, fixedLimits.presentStateMs);
			do {
				const next = await within(clock, leftMs, values.next());
				if (next === undefined || next.done) break;
				latest = next.value;
				leftMs = endMs - clock.monotonicMs();
			} while (leftMs > 0 && isUnsettled(latest, settle.while));
		} finally {
			// Not awaited: it may take as long as the next value.
			values.return?.().catch(() => {});
		}
	} catch (error) {
		const fields = { name: watch.address, error: error instanceof Error ? error.message : '' };
		fleet.telemetry.log('debug', 'settling failed', fields, caller.trace);
	}
	return latest;
}

function isUnsettled(answer: unknown, pattern: Settling['settle']['while']): boolean {
	if (typeof answer !== 'object' || answer === null) return false;
	return Object.entries(pattern).every(
		([field, value]) => (answer as Record<string, unknown>)[field] === value,
	);
}

/** The fields of the answer that the streaming query takes. */
function inputOf(watch: Operation, answer: unknown): unknown {
	if (watch.input === undefined) return undefined;
	const given = answer as Record<string, unknown>;
	const names = [...knownFields(watch.input.json).keys()].filter((name) => name in given);
	return Object.fromEntries(names.map((name) => [name, given[name]]));
}
