import { type BatchResult, runBatch } from '@flotilla/simulator';
import { isFlotillaError } from 'flotilla';
import { exitCodes } from '../exit-codes.ts';
import { Interruption } from '../terminal/interruption.ts';
import { UsageError } from '../usage-error.ts';
import type { SimArguments } from './command.ts';
import { JsonLines } from './json-lines.ts';
import { requestOf, type SimRequest } from './request.ts';
import { EXAMPLE } from './simulation-files.ts';
import { TextView } from './text-view.ts';
import { TraceView } from './trace-view.ts';
import type { View } from './view.ts';

/** @returns The exit code. */
export async function runSim(path: string, typed: SimArguments): Promise<number> {
	const request = requestOf(path, typed);
	const view = viewOf(request, typed);
	using interruption = new Interruption();
	try {
		const result = await runBatch({ ...request.batch, signal: interruption.signal, on: view });
		view.ended(result);
		return interruption.exitCode ?? exitCodeOf(result);
	} catch (error) {
		view.abandoned();
		throw withExample(error);
	}
}

function viewOf(request: SimRequest, typed: SimArguments): View {
	if (request.shows === 'json') return new JsonLines(request, typed);
	return request.shows === 'trace' ? new TraceView(typed) : new TextView(request, typed);
}

function exitCodeOf({ findings, never, neverCounts }: BatchResult): number {
	const found = findings.length + (neverCounts ? never.length : 0);
	return found === 0 ? exitCodes.ok : exitCodes.found;
}

function withExample(error: unknown): unknown {
	if (!isFlotillaError(error, 'FLOTILLA_SIM_INVALID')) return error;
	return error.message.includes('exports no simulation')
		? new UsageError(`${error.message}\n\n${EXAMPLE}`)
		: error;
}
