import type { Command } from 'commander';
import { paint } from '../terminal/paint.ts';
import { shellWord, shownPath } from '../terminal/shown-path.ts';
import type { NewProject } from './project.ts';

/** `flotilla new`: a small project to begin with. */
export function addNew(program: Command): void {
	program
		.command('new')
		.description('Makes a small project: a service, a test, a simulation, and what runs them')
		.argument('<DIR>', 'the folder, which is made; its name becomes the name of the app')
		.option('--no-install', 'write the files only, and leave npm install to you')
		.option('--json', 'JSON: one object')
		.addHelpText(
			'after',
			'\nExamples:\n  flotilla new my-app\n  flotilla new ../orders --no-install',
		)
		.action(
			async (folder: string, options: { readonly install: boolean; readonly json?: boolean }) => {
				const { createProject } = await import('./create-project.ts');
				const project = await createProject(folder, { install: options.install });
				console.log(options.json === true ? JSON.stringify(project) : nextSteps(project));
			},
		);
}

function nextSteps({ name, folder, isInstalled }: NewProject): string {
	const place = folder === process.cwd() ? '' : shownPath(folder);
	const steps: readonly (readonly [command: string, what: string])[] = [
		...(place === '' ? [] : [[`cd ${shellWord(place)}`, ''] as const]),
		...(isInstalled ? [] : [['npm install', ''] as const]),
		['npm run dev', 'run it, and start it anew at each change'],
		['npm test', 'its tests'],
		['npm run sim', 'the same services, in worlds that fail'],
	];
	const width = Math.max(...steps.map(([command]) => command.length));
	return [
		`${paint('bold', name)} is ready${place === '' ? '' : ` in ${place}`}. What to do next:`,
		'',
		...steps.map(([command, what]) =>
			`  ${paint('cyan', command)}${' '.repeat(width - command.length)}   ${what}`.trimEnd(),
		),
		'',
		'Its README.md says what is what.',
	].join('\n');
}
