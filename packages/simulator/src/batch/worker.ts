// The main function of a worker thread: imports files of simulations and runs the seeds that it is given.
import { getHeapStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { runSeed } from '../simulation/seeds.ts';
import { simulationsIn } from './exported.ts';
import type { Outcome, Request } from './messages.ts';

parentPort?.on('message', (request: Request) => void reply(request));

async function reply(request: Request): Promise<void> {
	const answer = await answerTo(request);
	parentPort?.postMessage({ ...answer, heapBytes: getHeapStatistics().used_heap_size });
}

/** Its errors are the file's or the caller's: what goes wrong in a run is a failure in its report. */
async function answerTo(request: Request): Promise<Outcome> {
	try {
		const simulations = simulationsIn(await import(request.file));
		if (request.kind === 'list') {
			return { kind: 'listed', names: simulations.map(({ name }) => name) };
		}
		const simulation = simulations.find(({ name }) => name === request.name);
		if (simulation === undefined) throw new TypeError(`it exports no '${request.name}'`);
		return {
			kind: 'ran',
			report: await runSeed(simulation, request.options),
		};
	} catch (error) {
		return { kind: 'refused', message: explanationOf(error) };
	}
}

/** A TypeError says what to do; of everything else the place matters. */
function explanationOf(error: unknown): string {
	if (!(error instanceof Object) || !('message' in error)) return String(error);
	const { name, message, stack } = error as Error;
	return name === 'TypeError' || stack === undefined ? message : stack;
}
