import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from './commands.ts';

export const root: URL = new URL('../../', import.meta.url);
const packed: URL = new URL('.flotilla/packages/', root);

const { devDependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

/** What users have besides ours. Their compilers are older than the one of this repository. */
const OTHERS = {
	zod: devDependencies.zod,
	typescript: devDependencies.typescript,
	'typescript-5': 'npm:typescript@5.9.3',
	'@types/node': '^24.0.0',
};

export type PackedPackages = Readonly<Record<string, { readonly file: string }>>;

/** Packs what is published. @returns The tarballs by the name of their package. */
export async function pack(): Promise<PackedPackages> {
	await must(`'${process.execPath}' scripts/pack.ts`, fileURLToPath(root));
	return JSON.parse(readFileSync(new URL('index.json', packed), 'utf8'));
}

/** An empty folder outside of this repository. */
export function emptyFolder(name: string): string {
	return mkdtempSync(join(realpathSync(tmpdir()), `flotilla-${name}-`));
}

/** A folder in which somebody has installed all of our packages, as tarballs. */
export async function installAll(packages: PackedPackages): Promise<string> {
	const folder = emptyFolder('consumer');
	const ours = Object.entries(packages).map(([name, { file }]) => [
		name,
		`file:${fileURLToPath(new URL(file, packed))}`,
	]);
	const dependencies = { ...Object.fromEntries(ours), ...OTHERS };
	const manifest = { name: 'consumer', private: true, type: 'module', dependencies };
	writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
	await must('npm install --prefer-offline --no-audit --no-fund --loglevel=error', folder);
	return folder;
}
