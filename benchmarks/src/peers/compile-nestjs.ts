import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Where what is written with decorators lies once it is compiled: Node takes no decorators. */
export function compiledNestjs(path: string): string {
	return new URL(`../../../.flotilla/nestjs/peers/${path}`, import.meta.url).href;
}

/**
 * Compiles what is not up to date.
 *
 * @throws {Error} When it does not compile.
 */
export function compileNestjs(): void {
	const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(
		/package\.json$/,
		'bin/tsc',
	);
	const args = [tsc, '-b', 'benchmarks/tsconfig.nestjs.json'];
	const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
	if (status !== 0) throw new Error(`the NestJS peers do not compile:\n${stdout}`);
}
