import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { fileVersion } from './file-version.ts';

/**
 * Reports every file that this process loads as a module from now on, and those that it looked for in
 * vain. Not those of installed packages, which nobody edits.
 *
 * @param report Gets the version before the file is read, so that no later change is missed.
 */
export function reportLoadedFiles(report: (path: string, version: string) => void): void {
	const tell = (url: string | undefined): void => {
		if (url === undefined || !url.startsWith('file:') || url.includes('/node_modules/')) return;
		const path = fileURLToPath(url);
		report(path, fileVersion(path));
	};
	module.registerHooks({
		resolve(specifier, context, next) {
			try {
				return next(specifier, context);
			} catch (error) {
				if (/^\.{0,2}\//.test(specifier)) tell(URL.parse(specifier, context.parentURL)?.href);
				throw error;
			}
		},
		load(url, context, next) {
			tell(url);
			return next(url, context);
		},
	});
}
