// The process of one subject: `node subject-process.ts BENCH_URL SUBJECT_ID`, with a channel to the
// process that started it.
import type { Bench } from './bench.ts';
import { Meter } from './meter.ts';
import type { Subject } from './subject.ts';
import type { Order, Report } from './subject-orders.ts';

/** Part of a round that is run but not counted: caches and clocks come back from the other subject. */
const LEAD_IN = 0.1;

const [url = '', id = ''] = process.argv.slice(2);

function report(message: Report): Promise<void> {
	return new Promise((resolve) => process.send?.(message, () => resolve()) ?? resolve());
}

function failed(error: unknown): Promise<void> {
	process.exitCode = 1;
	return report({ ok: false, reason: error instanceof Error ? error.message : String(error) });
}

async function load(): Promise<Subject> {
	const { bench } = (await import(url)) as { bench: Bench };
	const listed = bench.subjects.find((subject) => subject.id === id);
	if (listed === undefined) throw new Error(`The bench ${bench.name} has no subject '${id}'.`);
	const { start } = await listed.load();
	return start();
}

async function obey(order: Order, subject: Subject, meter: Meter): Promise<Report> {
	switch (order.do) {
		case 'warm up':
			await meter.warmUp(order.concurrency, order.durationMs);
			return { ok: true };
		case 'round':
			await meter.round(order.concurrency, order.durationMs * LEAD_IN);
			return { ok: true, round: await meter.round(order.concurrency, order.durationMs) };
		case 'prove':
			await subject.prove?.();
			return { ok: true };
		case 'close':
			await subject.close?.();
			return { ok: true };
	}
}

// Ctrl+C reaches the whole group of processes; ours ends when its starter has, and tidies up.
process.on('SIGINT', () => {});
try {
	const subject = await load();
	const meter = new Meter(subject);
	let isClosed = false;
	process.on('message', (order: Order) => {
		if (order.do === 'close') isClosed = true;
		void obey(order, subject, meter).then(report).catch(failed);
	});
	process.on('disconnect', () => {
		void (async () => {
			if (!isClosed) await subject.close?.();
			process.exit();
		})();
	});
	const { footprint } = subject;
	await report({ ok: true, ...(footprint !== undefined && { footprint }) });
} catch (error) {
	await failed(error);
	process.disconnect?.();
}
