import { projectOf } from '../project/project.ts';
import { runProject } from '../project/run-project.ts';
import { startApp } from '../project/running-app.ts';
import { configNamed } from '../project/settings-options.ts';
import { edgeAddresses } from '../run/addresses.ts';
import { UsageError } from '../usage-error.ts';
import { callLine } from './call-line.ts';
import { developer, isLoopback } from './developer.ts';
import type { DevMessage, DevRequest } from './messages.ts';

/** Whoever has changed a file does not want to wait for a client that keeps a stream open. */
const DRAIN_MS = 2_000;

/** Runs a project in this process, and lets its developer in. */
export async function runInDevelopment(
	request: DevRequest,
	tell: (message: DevMessage) => void,
): Promise<void> {
	try {
		await run(request, tell);
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		console.error(`error: ${error.message}`);
		// The module may have begun something that would keep the process alive.
		process.exit(1);
	}
}

async function run(request: DevRequest, tell: (message: DevMessage) => void): Promise<void> {
	const project = projectOf(request.path, configNamed(request.typed));
	await runProject({
		project,
		typed: request.typed,
		arguments: request.arguments,
		onProgram: () => tell({ kind: 'program' }),
		start: async (app, settings, { id }) => {
			const running = await startApp(app, settings, {
				project,
				drainTimeoutMs: DRAIN_MS,
				verifier: async (fleet, data, host) =>
					isLoopback(host) ? developer(fleet, data, settings.metrics) : undefined,
			});
			const { fleet, edge, data } = running;
			const isOpen = isLoopback(edge.address.host);
			const call = await callLine(fleet.contracts, { data, isOpen });
			tell({
				kind: 'running',
				...edgeAddresses(edge.url, fleet.contracts, settings),
				app: app.name,
				processId: id,
				data,
				...(call !== undefined && { call }),
				...(!isOpen && { noDeveloper: `${settings.host} can be reached from other machines` }),
				...(settings.port === 0 && { chosenPort: edge.address.port }),
			});
			return running;
		},
	});
}
