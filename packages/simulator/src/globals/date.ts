import type { Patches } from './patch.ts';
import { inside } from './run.ts';

/** `Date` and `Temporal.Now` by the clock of the machine; the time zone is UTC for all code. */
export function patchDate(patches: Patches): void {
	pinTimeZone(patches);
	const Real = Date;
	const realNow = Real.now;
	patches.value(Real, 'now', () => wallMs() ?? realNow());
	const Virtual = new Proxy(Real, {
		construct(target, args, newTarget) {
			const now = args.length === 0 ? wallMs() : undefined;
			return Reflect.construct(target, now === undefined ? args : [now], newTarget) as object;
		},
		apply(target) {
			const now = wallMs();
			return now === undefined ? target() : new target(now).toString();
		},
	});
	patches.value(Real.prototype, 'constructor', Virtual);
	patches.value(globalThis, 'Date', Virtual);
	patchTemporal(patches);
}

/** Whole milliseconds, as `Date` has them. */
function wallMs(): number | undefined {
	const process = inside();
	return process === undefined ? undefined : Math.floor(process.wallMs());
}

/** What of Temporal is needed here: Node 24 has none. */
interface ZonedTime {
	toPlainDateTime(): unknown;
	toPlainDate(): unknown;
	toPlainTime(): unknown;
}
interface Instant {
	toZonedDateTimeISO(timeZone: unknown): ZonedTime;
}
interface TemporalNamespace {
	readonly Now: object;
	readonly Instant: { fromEpochNanoseconds(nanoseconds: bigint): Instant };
}

function patchTemporal(patches: Patches): void {
	const { Temporal: temporal } = globalThis as { Temporal?: TemporalNamespace };
	if (temporal === undefined) return;
	const { Now: now, Instant: instants } = temporal;
	const patch = (name: string, virtual: (instant: Instant, zone: unknown) => unknown): void => {
		patches.method(now, name, (original) => (...args) => {
			const process = inside();
			if (process === undefined) return Reflect.apply(original, now, args);
			const microseconds = BigInt(Math.floor(process.wallMs() * 1_000));
			return virtual(instants.fromEpochNanoseconds(microseconds * 1_000n), args[0] ?? 'UTC');
		});
	};
	patch('instant', (instant) => instant);
	patch('zonedDateTimeISO', (instant, zone) => instant.toZonedDateTimeISO(zone));
	patch('plainDateTimeISO', (instant, zone) => instant.toZonedDateTimeISO(zone).toPlainDateTime());
	patch('plainDateISO', (instant, zone) => instant.toZonedDateTimeISO(zone).toPlainDate());
	patch('plainTimeISO', (instant, zone) => instant.toZonedDateTimeISO(zone).toPlainTime());
	patch('timeZoneId', () => 'UTC');
}

/** Half a year apart, so that summer time shows. */
const PROBES = [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 1)];

/** Local time is part of what a run computes, so it must not depend on where it runs. */
function pinTimeZone(patches: Patches): void {
	patches.value(process.env, 'TZ', 'UTC');
	if (PROBES.some((probe) => new Date(probe).getTimezoneOffset() !== 0)) {
		throw new TypeError('A thread cannot change the time zone. Start the process with TZ=UTC.');
	}
}
