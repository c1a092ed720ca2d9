import { resolve } from 'node:path';
import {
	developerTokenOf,
	findGone,
	findRunning,
	type RunningProcess,
	readRunning,
} from '../project/running-description.ts';
import { shownPath } from '../terminal/shown-path.ts';
import { UsageError } from '../usage-error.ts';
import type { CallArguments } from './command.ts';

const STANDARD_URL = 'http://127.0.0.1:8080';

/** Whom to call, and as whom. */
export interface CallTarget {
	/** Without a slash at the end. */
	readonly url: string;
	readonly token: string | undefined;
	/** What to do when nothing answers there. */
	readonly advice: string;
}

/**
 * Finds the app that is meant: by its address, by its data folder, or the one that runs here. The
 * developer's token is for the process that has made it, and goes nowhere else.
 *
 * @throws {UsageError} It cannot be told which.
 */
export function findTarget(
	typed: Pick<CallArguments, 'url' | 'data' | 'token'>,
	{ folder, environment }: { readonly folder: string; readonly environment: NodeJS.ProcessEnv },
): CallTarget {
	const { FLOTILLA_URL, FLOTILLA_TOKEN } = environment;
	const given = typed.url ?? (typed.data === undefined ? FLOTILLA_URL : undefined);
	if (typed.url !== undefined && typed.data !== undefined) {
		throw new UsageError('--url and --data both say where the app is: leave one out.');
	}
	const candidates = typed.data === undefined ? findRunning(folder) : [runningOn(typed.data)];
	const url = given === undefined ? undefined : addressOf(given);
	const running =
		url === undefined ? onlyOne(candidates) : candidates.find((one) => one.url === url);
	if (url === undefined && running === undefined) refuseGone(folder);
	return {
		url: url ?? running?.url ?? STANDARD_URL,
		token: typed.token ?? FLOTILLA_TOKEN ?? (running && developerTokenOf(running)),
		advice:
			given === undefined
				? 'Start the app with `flotilla dev`, or say where it is by --url.'
				: 'Start the app there, or correct the address.',
	};
}

function runningOn(data: string): RunningProcess {
	const found = readRunning(resolve(data));
	if (found !== undefined) return found;
	throw new UsageError(
		`No app that \`flotilla dev\` or \`flotilla run\` has started runs on ${data}.`,
	);
}

function onlyOne(candidates: readonly RunningProcess[]): RunningProcess | undefined {
	if (candidates.length < 2) return candidates[0];
	const list = candidates.map(({ app, data }) => `  ${app}  --data ${shownPath(data)}`);
	throw new UsageError(`Several apps run here. Say which:\n${list.join('\n')}`);
}

/** What answers at the usual address now may be somebody else's app of the same kind. */
function refuseGone(folder: string): void {
	const gone = findGone(folder);
	if (gone === undefined) return;
	throw new UsageError(
		`The app that ran on ${shownPath(gone)} is gone. Start it with \`flotilla dev\`, or say by --url whom to call.`,
	);
}

function addressOf(text: string): string {
	const url = URL.parse(text);
	if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
		throw new UsageError(`'${text}' is no address such as ${STANDARD_URL}.`);
	}
	return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
