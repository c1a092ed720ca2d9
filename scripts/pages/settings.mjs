import { defaultClientConditions } from 'vite';

/** What building and watching have in common, for vite. */
export function settingsOf({ source }) {
	return {
		root: source,
		configFile: false,
		envDir: false,
		publicDir: false,
		logLevel: 'warn',
		clearScreen: false,
		// A page works at whatever path the gateway serves it.
		base: './',
		// Workspaces are taken from their sources: dist need not be built.
		resolve: { conditions: ['flotilla-src', ...defaultClientConditions] },
		oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
	};
}
