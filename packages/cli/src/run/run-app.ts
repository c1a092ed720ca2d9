import { projectOf } from '../project/project.ts';
import { runProject } from '../project/run-project.ts';
import { type RunningApp, startApp } from '../project/running-app.ts';
import type { Settings } from '../project/settings.ts';
import { configNamed, type TypedSettings } from '../project/settings-options.ts';
import { addressLines, edgeAddresses } from './addresses.ts';

export interface RunRequest {
	readonly path: string | undefined;
	readonly typed: TypedSettings;
	readonly arguments: readonly string[];
	readonly json: boolean;
}

/** Runs until the process is asked to stop. */
export async function runApp(request: RunRequest): Promise<void> {
	const { path, typed, json } = request;
	const project = projectOf(path, configNamed(typed));
	await runProject({
		project,
		typed,
		arguments: request.arguments,
		start: async (app, settings, process) => {
			const running = await startApp(app, settings, { project });
			const { edge, data } = running;
			const about = { app: app.name, url: edge.url, processId: process.id, data };
			process.print(json ? JSON.stringify(about) : textOf(running, settings, about));
			return running;
		},
	});
}

function textOf(
	{ edge, fleet }: RunningApp,
	settings: Settings,
	about: { readonly app: string; readonly processId: number; readonly data: string },
): string {
	const lines = addressLines(edgeAddresses(edge.url, fleet.contracts, settings));
	return `${about.app} runs in process ${about.processId}, data in ${about.data}\n\n${lines}\n`;
}
