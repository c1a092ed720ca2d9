import type { App } from 'flotilla';
import { type DriveOptions, drive } from '../drive/drive.ts';
import { Kernel } from '../kernel/kernel.ts';
import { inspectApp } from '../machine/program.ts';
import type { LoadOptions } from '../modules/incarnation.ts';
import { messageOf } from '../scenario/assertions.ts';

/**
 * Loads the app for a look at it. What is endless at the top of a module ends here, and not the thread.
 *
 * @throws TypeError It cannot be imported, or is no app.
 */
export async function inspect(
	appUrl: string,
	load: LoadOptions,
	options: Pick<DriveOptions, 'stuckAfterMs'> = {},
): Promise<App> {
	const kernel = new Kernel({ seed: 0, weights: new Map(), entries: 0 });
	let loading: Promise<App> | undefined;
	let isSettled = false;
	const settle = (): void => {
		isSettled = true;
	};
	kernel.after(0, undefined, 'inspect', '', () => {
		loading = inspectApp(appUrl, load);
		loading.then(settle, settle);
	});
	const end = await drive(kernel, () => isSettled, options);
	if (end.kind !== 'failed') return await (loading as Promise<App>);
	throw new TypeError(`${appUrl} cannot be imported: ${messageOf(end.failure.error)}`);
}
