import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { FlotillaError } from 'flotilla';
import { investigate } from '../findings/investigate.ts';
import { readRegressions, replayOptionsOf } from '../findings/regression.ts';
import { limits } from '../limits.ts';
import type { Failure } from '../scenario/assertions.ts';
import type { Report } from '../simulation/report.ts';
import type { SeedOptions } from '../simulation/seeds.ts';
import type { BatchOptions, BatchResult, SeedRun, SimulationName } from './batch.ts';
import { Findings, type OpenFinding } from './findings.ts';
import type { Lost } from './seed-worker.ts';
import { Tally } from './tally.ts';
import { WorkerPool } from './worker-pool.ts';

/** One run that is to be done. */
interface Task {
	readonly simulation: SimulationName;
	readonly options: SeedOptions;
	/** The path of the earlier finding that it replays. */
	readonly regression?: string;
}

/** See `runBatch`. */
export class Batch {
	readonly #options: BatchOptions;
	readonly #pool: WorkerPool;
	readonly #findings = new Findings();
	readonly #tally = new Tally();
	readonly #investigations: Promise<void>[] = [];
	readonly #simulations: SimulationName[] = [];
	#error: unknown;

	constructor(options: BatchOptions) {
		const { jobs = Math.min(availableParallelism(), limits.jobsUnlessSaid) } = options;
		if (!Number.isInteger(jobs) || jobs < 1 || jobs > limits.jobs) {
			throw new TypeError(`'jobs' is ${jobs}, not a whole number from 1 to ${limits.jobs}.`);
		}
		const { hangAfterMs = limits.hangAfterMs, on } = options;
		this.#options = options;
		this.#pool = new WorkerPool(jobs, {
			hangAfterMs,
			output: (text) => on?.output?.(text),
		});
		this.#jobs = jobs;
	}

	readonly #jobs: number;

	async run(): Promise<BatchResult> {
		const startedMs = performance.now();
		const { signal } = this.#options;
		const stop = (): void => void this.#pool.close();
		if (signal?.aborted) stop();
		signal?.addEventListener('abort', stop, { once: true });
		try {
			await this.#list();
			await this.#runAll(this.#regressions());
			await Promise.all(this.#investigations);
		} finally {
			signal?.removeEventListener('abort', stop);
			await this.#pool.close();
		}
		if (this.#error !== undefined) throw this.#error;
		return {
			simulations: this.#simulations,
			...this.#tally.sums,
			findings: this.#findings.inOrderOf(this.#simulations),
			never: this.#simulations.flatMap((simulation) => this.#tally.neverIn(simulation)),
			neverCounts: this.#options.seeds.length >= limits.seedsThatShowAll,
			realMs: performance.now() - startedMs,
			isStopped: signal?.aborted ?? false,
		};
	}

	/** Finds out which simulations there are. */
	async #list(): Promise<void> {
		const { files, simulations: wanted } = this.#options;
		const answers = await Promise.all(files.map((file) => this.#pool.ask({ kind: 'list', file })));
		for (const [index, answer] of answers.entries()) {
			const file = files[index] as string;
			if (answer.kind === 'listed') this.#add(file, answer.names);
			else if (answer.kind === 'refused') throw invalid(file, answer.message);
			else if (answer.kind === 'lost' && answer.how !== 'closed') {
				throw invalid(file, answer.message);
			}
		}
		if (wanted === undefined || this.#isStopped) return;
		const known = this.#simulations.map(({ name }) => name);
		const missing = wanted.find((name) => !known.includes(name));
		if (missing !== undefined) {
			const message = `There is no simulation '${missing}'. There are: ${known.join(', ')}.`;
			throw new FlotillaError('FLOTILLA_SIM_INVALID', message);
		}
		const chosen = this.#simulations.filter(({ name }) => wanted.includes(name));
		this.#simulations.splice(0, this.#simulations.length, ...chosen);
	}

	#add(file: string, names: readonly string[]): void {
		if (names.length === 0) throw invalid(file, 'it exports no simulation');
		const twice = names.find((name, index) => names.indexOf(name) !== index);
		if (twice !== undefined) throw invalid(file, `it exports two simulations named '${twice}'`);
		this.#simulations.push(...names.map((name) => ({ file, name })));
	}

	#regressions(): readonly Task[] {
		const { regressions = false, options = {} } = this.#options;
		if (!regressions) return [];
		const { replacements } = options;
		const replacing = replacements === undefined ? {} : { replacements };
		return this.#simulations.flatMap((simulation) => {
			const folder = fileURLToPath(new URL('regressions/', simulation.file));
			try {
				return readRegressions(folder, simulation.name).map((regression) => ({
					simulation,
					// Nothing of how the seeds are run: faults left out here are those that it takes.
					options: { ...replacing, ...replayOptionsOf(regression) },
					regression: regression.path,
				}));
			} catch (error) {
				throw new FlotillaError('FLOTILLA_SIM_INVALID', (error as Error).message);
			}
		});
	}

	*#tasks(regressions: readonly Task[]): Generator<Task> {
		const { seeds, options } = this.#options;
		yield* regressions;
		for (const simulation of this.#simulations) {
			for (const seed of seeds) {
				yield { simulation, options: { ...options, seed } };
			}
		}
	}

	/** As many lanes as jobs: each begins a run when its last one has ended. */
	async #runAll(regressions: readonly Task[]): Promise<void> {
		const runs = regressions.length + this.#simulations.length * this.#options.seeds.length;
		this.#options.on?.planned?.(this.#simulations, runs);
		const tasks = this.#tasks(regressions);
		const lane = async (): Promise<void> => {
			while (!this.#isOver) {
				const { value: task, done } = tasks.next();
				if (done) return;
				await this.#run(task);
			}
		};
		await Promise.all(Array.from({ length: this.#jobs }, lane));
	}

	async #run({ simulation, options, regression }: Task): Promise<void> {
		const { file, name } = simulation;
		const { seed } = options;
		const run = { simulation, seed, ...(regression !== undefined && { regression }) };
		const answer = await this.#pool.ask({ kind: 'run', file, name, options });
		if (answer.kind === 'ran') {
			const { report } = answer;
			this.#ended({ ...run, failures: report.failures, report }, options);
		} else if (answer.kind === 'lost' && answer.how !== 'closed') {
			this.#ended({ ...run, failures: [failureOf(answer)] }, options);
		} else if (answer.kind === 'refused') {
			// What cannot be run at all ends the batch, and the lanes with it.
			this.#error ??= invalid(file, `'${name}' with seed ${seed}: ${answer.message}`);
			await this.#pool.close();
		}
	}

	#ended(run: SeedRun, options: SeedOptions): void {
		this.#tally.add(run);
		this.#options.on?.ran?.(run);
		const [failure] = run.failures;
		if (failure === undefined) return;
		const { finding, isNew } = this.#findings.add(run, failure);
		if (isNew) this.#investigations.push(this.#conclude(finding, run.report, options));
	}

	/** Investigates a finding, if that can be, and tells. */
	async #conclude(
		finding: OpenFinding,
		report: Report | undefined,
		options: SeedOptions,
	): Promise<void> {
		if (this.#findings.count > limits.findingsShrunk) {
			finding.remark = `Only the first ${limits.findingsShrunk} findings are shrunk.`;
		} else if (report !== undefined && this.#options.shrinkTriesMax !== 0) {
			try {
				await this.#investigate(finding, report, options);
			} catch (error) {
				finding.remark = (error as Error).message;
			}
		}
		this.#options.on?.found?.(finding);
	}

	/** @throws {Error} A run of it was not possible, in words for a remark. */
	async #investigate(finding: OpenFinding, first: Report, options: SeedOptions): Promise<void> {
		const { file, name } = finding.simulation;
		const rerun = async (more: Partial<SeedOptions>): Promise<Report> => {
			const request = { kind: 'run', file, name, options: { ...options, ...more } } as const;
			const answer = await this.#pool.ask(request);
			if (answer.kind === 'ran') return answer.report;
			if (answer.kind === 'listed') throw new TypeError('a run was not answered by a report');
			throw new Error(`It was not shrunk: ${answer.message}.`);
		};
		const second = await rerun({});
		const isRepeatable = second.traceHash === first.traceHash;
		if (!isRepeatable) finding.remark = unrepeatable(first, second);
		const { shrinkTriesMax = limits.shrinkTries, on } = this.#options;
		finding.investigated = await investigate(first, rerun, {
			triesMax: isRepeatable && finding.regression === undefined ? shrinkTriesMax : 0,
			goOn: () => !this.#isStopped,
			progress: (tries, faults) => on?.shrinking?.(finding, tries, faults),
		});
	}

	get #isStopped(): boolean {
		return this.#options.signal?.aborted ?? false;
	}

	get #isOver(): boolean {
		const { findingsMax = Number.POSITIVE_INFINITY } = this.#options;
		return this.#isStopped || this.#error !== undefined || this.#findings.count >= findingsMax;
	}
}

function invalid(file: string, problem: string): FlotillaError {
	const message = `${fileURLToPath(file)} cannot be run: ${problem.replace(/\.$/, '')}.`;
	return new FlotillaError('FLOTILLA_SIM_INVALID', message);
}

function failureOf({ how, message }: Lost): Failure {
	const kind = how === 'hung' ? 'stuck' : 'unhandled';
	return { kind, name: 'the worker thread', message, atMs: 0 };
}

function unrepeatable(first: Report, second: Report): string {
	return (
		`The second run of this seed did something else (trace ${first.traceHash}, then ` +
		`${second.traceHash}): something in it does not come from the simulator, such as state that ` +
		'a package in node_modules keeps. So it was not shrunk.'
	);
}
