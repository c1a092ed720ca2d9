/** What `flotilla new` has made, as `--json` prints it. */
export interface NewProject {
	readonly name: string;
	/** Absolute. */
	readonly folder: string;
	/** What was written, relative to it. */
	readonly files: readonly string[];
	/** Where the packages of the platform come from: tarballs beside the project, or npm. */
	readonly packages: 'vendor' | 'registry';
	/** Whether `npm install` has run in it. */
	readonly isInstalled: boolean;
}
