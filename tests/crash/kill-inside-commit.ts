/**
 * Kills this process in the middle of a COMMIT, for certain. Preloaded into the shop by `--import`;
 * SIGUSR2 arms it.
 *
 * COMMIT of node:sqlite is synchronous, so only another thread can act meanwhile. A word in shared
 * memory says where the main thread is; the worker may kill only after it has changed the word from
 * `inside` to `killing`, and a main thread that comes out of COMMIT and finds `killing` waits for
 * its death instead of going on. When COMMIT was over first, the next one is tried.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const outside = 0;
const inside = 1;
const killing = 2;

/** Words of the shared memory. */
const place = 0;
const armed = 1;
/** How long COMMIT takes here, in nanoseconds: the kill comes at a random part of it. */
const typicalNs = 2;

if (isMainThread) watchCommits();
else lieInWait(workerData as Int32Array);

function watchCommits(): void {
	const shared = new Int32Array(new SharedArrayBuffer(12));
	const worker = new Worker(new URL(import.meta.url), { workerData: shared });
	worker.unref();
	process.on('SIGUSR2', () => {
		Atomics.store(shared, armed, 1);
		Atomics.notify(shared, armed);
	});

	const writers = new WeakSet<DatabaseSync>();
	const { prepare } = DatabaseSync.prototype;
	DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...parameters): StatementSync {
		const statement = prepare.apply(this, parameters);
		const sql = parameters[0].trim().toLowerCase();
		if (sql.startsWith('begin immediate')) writers.add(this);
		if (sql !== 'commit') return statement;
		const changes = prepare.call(this, 'select total_changes() as changes');
		let changesBefore = 0;
		const run = statement.run.bind(statement);
		statement.run = () => {
			const changesNow = Number(changes.get()?.changes);
			const writes = writers.has(this) && changesNow !== changesBefore;
			changesBefore = changesNow;
			return writes ? watched(run) : run();
		};
		return statement;
	};

	function watched(commit: StatementSync['run']): ReturnType<StatementSync['run']> {
		const start = process.hrtime.bigint();
		Atomics.store(shared, place, inside);
		const result = commit();
		if (Atomics.compareExchange(shared, place, inside, outside) === killing) {
			Atomics.wait(shared, place, killing); // Nobody wakes this thread: it dies here.
		}
		const tookNs = Number(process.hrtime.bigint() - start);
		const before = Atomics.load(shared, typicalNs) || tookNs;
		Atomics.store(shared, typicalNs, Math.round(before * 0.8 + tookNs * 0.2));
		return result;
	}
}

function lieInWait(shared: Int32Array): void {
	Atomics.wait(shared, armed, 0);
	for (;;) {
		while (Atomics.load(shared, place) !== inside);
		const untilNs = Math.random() * Atomics.load(shared, typicalNs);
		const start = process.hrtime.bigint();
		while (Number(process.hrtime.bigint() - start) < untilNs);
		if (Atomics.compareExchange(shared, place, inside, killing) === inside) {
			process.kill(process.pid, 'SIGKILL');
		}
		while (Atomics.load(shared, place) === inside);
	}
}
