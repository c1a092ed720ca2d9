import { type Finding, lineAt } from './finding.ts';
import { importsOf } from './imports.ts';
import { isPage, isTest, type Repository, type SourceFile } from './repository.ts';

/** These are adapters of the real world, or replace it. */
const FREE =
	/^packages\/(flotilla\/src\/(?:host\/node|client\/web\.ts$)|simulator|conformance|engines|gateway|mesh|cli|console)(?:\/|$)/;

interface Ban {
	readonly pattern: RegExp;
	readonly remedy: string;
}

/** A name of the global scope: neither a member nor a part of another name. */
const global = (name: string, rest = ''): RegExp =>
	new RegExp(`(?:\\bglobalThis\\.|(?<![.\\w$#]))(?:${name})\\b${rest}`, 'g');

const WALL = 'host.clock.wallMs()';
const TIMER = 'host.clock.setTimer(), or host.clock.defer()';

const BANS: readonly Ban[] = [
	{ pattern: global('Date\\.now'), remedy: WALL },
	{ pattern: global('new\\s+Date', '\\s*(?:\\(\\s*\\)|(?!\\s*\\())'), remedy: WALL },
	{ pattern: global('(?<!new\\s+)Date', '\\s*\\('), remedy: WALL },
	{ pattern: global('Temporal\\.Now'), remedy: WALL },
	{ pattern: global('performance', '\\s*\\.'), remedy: 'host.clock.monotonicMs()' },
	{ pattern: global('setTimeout|setInterval|setImmediate'), remedy: TIMER },
	{
		pattern: global('AbortSignal\\.timeout'),
		remedy: 'an AbortController and host.clock.setTimer()',
	},
	{ pattern: global('Math\\.random'), remedy: 'host.random.next()' },
	{
		pattern: global('crypto\\.(?:randomUUID|getRandomValues)'),
		remedy: 'host.crypto.randomBytes()',
	},
	{ pattern: global('fetch', '\\s*\\('), remedy: 'host.http' },
	{ pattern: global('process', '\\s*\\??\\.'), remedy: 'an argument, read in host/node or run/' },
	{ pattern: global('console', '\\s*\\??\\.'), remedy: 'ctx.log, or host.logs' },
];

/** The result of these may differ in the last bit from one build of Node to another. */
const INEXACT: Ban = {
	pattern: global('Math\\.(?:log|log2|log10|log1p|exp|expm1|pow|sin|cos|tan)'),
	remedy: 'integer arithmetic, so that every machine decides alike',
};

const ALLOWED_MODULES = /^node:(async_hooks|util|util\/types)$/;
const TESTING_MODULES = /^node:(assert|assert\/strict|test)$/;
const TESTING = /^packages\/(conformance\/|flotilla\/src\/testing[./])/;

/** Code of the platform asks its host for time, chance and the world; else nothing simulates it. */
export function checkAmbient({ sources }: Repository): Finding[] {
	return sources.filter(isHeld).flatMap((file) => [...globals(file), ...modules(file)]);
}

function isHeld({ path }: SourceFile): boolean {
	if (FREE.test(path) || isTest(path)) return false;
	// Pages run in browsers, which nothing simulates.
	return /^packages\/(?:engines\/)?[^/]+\/src\//.test(path) && !isPage(path);
}

function globals({ path, text, code }: SourceFile): Finding[] {
	const bans = path.startsWith('packages/protocols/') ? [...BANS, INEXACT] : BANS;
	return bans.flatMap(({ pattern, remedy }) =>
		[...code.matchAll(pattern)].map((match) => ({
			path,
			line: lineAt(text, match.index),
			problem: `${match[0].trim()} reaches past the host`,
			remedy: `use ${remedy}`,
		})),
	);
}

function modules(file: SourceFile): Finding[] {
	return importsOf(file).flatMap(({ specifier, line }) => {
		if (!specifier.startsWith('node:') || ALLOWED_MODULES.test(specifier)) return [];
		if (TESTING.test(file.path) && TESTING_MODULES.test(specifier)) return [];
		const problem = `${specifier} reaches past the host`;
		return [{ path: file.path, line, problem, remedy: 'use the Host, or move this to host/node' }];
	});
}
