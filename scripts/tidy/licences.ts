import type { Finding } from './finding.ts';
import type { LockedPackages } from './repository.ts';

const ALLOWED = new Set([
	'0BSD',
	'Apache-2.0',
	'BSD-2-Clause',
	'BSD-3-Clause',
	'BlueOak-1.0.0',
	'CC0-1.0',
	'ISC',
	'MIT',
	'Python-2.0',
	'Unlicense',
]);
const ALLOWED_FOR_DEVELOPMENT = new Set([...ALLOWED, 'MPL-2.0', 'PSF-2.0']);

/** What a package.json may say; the second and third form are those of long ago. */
export interface LicenceFields {
	readonly license?: string | { readonly type?: string };
	readonly licenses?: readonly { readonly type?: string }[];
}

/** @param read The package.json at a path of the lock file; undefined when not installed here. */
export function checkLicences(
	locked: LockedPackages,
	read: (path: string) => LicenceFields | undefined,
): Finding[] {
	return Object.entries(locked).flatMap(([path, { link, dev }]) => {
		const manifest = path.includes('node_modules/') && !link ? read(path) : undefined;
		if (manifest === undefined) return [];
		const licence = expressionOf(manifest);
		const allowed = dev ? ALLOWED_FOR_DEVELOPMENT : ALLOWED;
		if (licence !== undefined && permits(licence, allowed)) return [];
		const problem = `licence ${licence ?? '(none named)'} is not on the list`;
		const remedy = 'choose another package, or decide in scripts/tidy/licences.ts and say why';
		return [{ path: `${path}/package.json`, line: 1, problem, remedy }];
	});
}

function expressionOf({ license, licenses }: LicenceFields): string | undefined {
	if (typeof license === 'string') return license;
	if (license?.type) return license.type;
	return licenses?.map(({ type }) => type ?? '').join(' OR ') || undefined;
}

/** Of `A OR B` one is enough, of `A AND B` all are needed; brackets are rare and may be dropped. */
function permits(expression: string, allowed: ReadonlySet<string>): boolean {
	const plain = expression.replace(/[()]/g, '');
	return plain
		.split(' OR ')
		.some((part) => part.split(' AND ').every((name) => allowed.has(name.trim())));
}
