import type { App } from 'flotilla';
import { main, type Process } from 'flotilla/run';
import { UsageError } from '../usage-error.ts';
import { loadApp } from './app-module.ts';
import { moduleOf, type Project } from './project.ts';
import { readSettings } from './read-settings.ts';
import type { RunningApp } from './running-app.ts';
import type { Settings } from './settings.ts';
import type { TypedSettings } from './settings-options.ts';

export interface ProjectRun {
	readonly project: Project;
	readonly typed: TypedSettings;
	/** Those behind `--`, for a program. */
	readonly arguments: readonly string[];
	/** Called when the module is a program, before that has done anything. */
	readonly onProgram?: () => void;
	/** Starts what the module exports. */
	readonly start: (app: App, settings: Settings, process: Process) => Promise<RunningApp>;
}

/**
 * Runs a project in this process until somebody asks that to stop: its app, or the program that its
 * module is. Ends the process: with 0 after a stop, with 1 when it cannot start.
 *
 * @throws {UsageError} There is nothing to run, or the arguments are for something else.
 */
export async function runProject(given: ProjectRun): Promise<void> {
	const { project, typed } = given;
	let app: App | undefined;
	let settings: Settings | undefined;
	try {
		// A module that was named may be a program, whose settings are its own.
		if (project.module === undefined) settings = await readSettings(project, typed);
		app = await loadApp(moduleOf(project, settings?.app), {
			arguments: given.arguments,
			onProgram: () => {
				refuseSettingsOfProgram(typed);
				given.onProgram?.();
			},
		});
	} catch (error) {
		if (error instanceof UsageError) throw error;
		// So it is told and exits as everything that keeps a process from starting.
		return main(() => Promise.reject(error));
	}
	if (app === undefined) return;
	if (given.arguments.length > 0) {
		throw new UsageError(
			`The app '${app.name}' takes no arguments behind --; its settings stand before it.`,
		);
	}
	const loaded = app;
	await main(async (process) =>
		given.start(loaded, settings ?? (await readSettings(project, typed)), process),
	);
}

/** It has not begun yet, so nothing has happened. */
function refuseSettingsOfProgram(typed: TypedSettings): void {
	const [name] = Object.keys(typed);
	if (name === undefined) return;
	process.stderr.write(
		`error: The module starts a program of its own, which does not know --${name}. ` +
			'Put its arguments behind --, such as: -- --port 0.\n',
	);
	process.exit(2);
}
