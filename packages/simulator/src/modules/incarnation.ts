import {
	type ImportAttributes,
	type LoadFnOutput,
	type LoadHookSync,
	type ResolveHookSync,
	registerHooks,
	stripTypeScriptTypes,
} from 'node:module';
import { installGlobals } from '../globals/install.ts';
import { runningProcess, runOutside } from '../kernel/kernel.ts';
import { packageOf, readTag, tagged } from './tagged-url.ts';

export interface LoadOptions {
	/** Source text to run in place of what is on disk, by file URL: how a planted bug gets in. */
	readonly replacements?: ReadonlyMap<string, string>;
	/**
	 * Whether the platform's own modules are loaded for the incarnation too, as those of the app are.
	 * They keep nothing between processes, so the same happens either way, only slower; a replaced one
	 * demands it. False when absent.
	 */
	readonly ownPlatform?: boolean;
	/**
	 * Installed packages of which each incarnation has its own modules, besides those that are known to
	 * keep something random between calls. None when absent.
	 */
	readonly ownPackages?: readonly string[] | undefined;
}

/**
 * They draw random bytes in advance for later calls. Shared, they would hand what one process drew to
 * others, and to the next run of the thread, whose trace would then depend on the runs before.
 */
const drawingAhead: readonly string[] = ['nanoid', 'uuid', 'ulid', 'uid', '@paralleldrive/cuid2'];

/** What the incarnations of this thread have loaded so far. None of it is ever collected. */
export interface Loaded {
	readonly modules: number;
	/** Source text as it was compiled; the heap keeps about two and a half times as much. */
	readonly sizeBytes: number;
}

/** A module as it is compiled, for every incarnation alike. */
interface Source {
	readonly format: string;
	readonly source: string | Uint8Array;
	readonly sizeBytes: number;
}

interface Resolved {
	/** Without the incarnation. */
	readonly url: string;
	readonly format: string | undefined;
	readonly importAttributes: ImportAttributes | undefined;
}

/**
 * Imports a module for one incarnation of a process. It and everything that it imports, now or later,
 * gets an instance of its own for this incarnation, except the platform, most packages in `node_modules`
 * and Node's own modules: those are shared. What such a package keeps connects processes, and runs.
 *
 * Settles within the microtasks of the event in which it is called. The shop and the platform, 128
 * modules of 430 kB, take 22 ms at best, nearly all of it V8's compiling, the first time 0.5 s. They
 * leave 1.5 MiB of heap (3 MiB resident) which Node never frees: end a thread that has loaded too much.
 *
 * Patches the globals of this thread: see `installGlobals`.
 *
 * @param url A `file:` URL.
 * @param incarnation Unique in this thread, over all its runs.
 * @throws TypeError when a module of the app itself is CommonJS, or is required: Node would share it.
 */
export async function loadIncarnation(
	url: string,
	incarnation: number,
	options: LoadOptions = {},
): Promise<Record<string, unknown>> {
	loader ??= runOutside(() => new IncarnationLoader());
	return await loader.load(url, incarnation, options);
}

export function loadedSoFar(): Loaded {
	return loader?.loaded ?? { modules: 0, sizeBytes: 0 };
}

/** Takes the hooks out of this thread. What is loaded stays; dynamic imports in it share modules. */
export function uninstallIncarnations(): void {
	loader?.uninstall();
	loader = undefined;
}

/** Hooks are a thing of the thread, and so is what keeps them. */
let loader: IncarnationLoader | undefined;

/** The incarnation in which apps are evaluated once for the sake of the packages that they share. */
const WARM_UP = 0;

class IncarnationLoader {
	readonly #resolved = new Map<string, Resolved>();
	readonly #sources = new Map<string, Source>();
	readonly #replaced = new WeakMap<ReadonlyMap<string, string>, Map<string, Source>>();
	readonly #replacements = new Map<number, ReadonlyMap<string, string>>();
	/** Incarnations that have a platform of their own. */
	readonly #ownPlatform = new Set<number>();
	readonly #ownPackages = new Map<number, readonly string[]>();
	readonly #warm = new Set<string>();
	readonly #hooks: ReturnType<typeof registerHooks>;
	#modules = 0;
	#sizeBytes = 0;

	constructor() {
		this.#hooks = registerHooks({
			resolve: (specifier, context, next) => this.#resolve(specifier, context, next),
			load: (url, context, next) => this.#load(url, context, next),
		});
	}

	get loaded(): Loaded {
		return { modules: this.#modules, sizeBytes: this.#sizeBytes };
	}

	async load(
		url: string,
		incarnation: number,
		options: LoadOptions,
	): Promise<Record<string, unknown>> {
		const { replacements, ownPackages } = options;
		const { ownPlatform = [...(replacements?.keys() ?? [])].some(isPlatform) } = options;
		// First, since what a shared package copies when it is evaluated stays what it was then.
		installGlobals();
		if (runningProcess() !== undefined) await this.#warmUp(url);
		if (replacements !== undefined) this.#replacements.set(incarnation, replacements);
		if (ownPlatform) this.#ownPlatform.add(incarnation);
		if (ownPackages !== undefined) this.#ownPackages.set(incarnation, ownPackages);
		const loaded = await import(this.#urlFor(url, incarnation));
		this.#warm.add(url);
		return loaded;
	}

	uninstall(): void {
		this.#hooks.deregister();
	}

	/**
	 * Evaluates shared packages outside of the simulation. Else the first run of a thread would evaluate
	 * them with its own time and chance, and the second one would not.
	 */
	async #warmUp(url: string): Promise<void> {
		if (this.#warm.has(url)) return;
		await runOutside(() => import(this.#urlFor(url, WARM_UP)));
	}

	/** The module as an incarnation has it. */
	#urlFor(url: string, incarnation: number): string {
		return this.#isOwn(url, incarnation) ? tagged(url, incarnation) : url;
	}

	#isOwn(url: string, incarnation: number): boolean {
		if (!url.startsWith('file:')) return false;
		const name = packageOf(url);
		if (name === undefined) return !isPlatform(url) || this.#ownPlatform.has(incarnation);
		return (
			drawingAhead.includes(name) || this.#ownPackages.get(incarnation)?.includes(name) === true
		);
	}

	#resolve: ResolveHookSync = (specifier, context, next) => {
		const tag = readTag(context.parentURL);
		// What is required is not for an incarnation to have alone: Node's cache knows file names only.
		if (tag === undefined) return next(specifier, context);
		if (context.conditions.includes('require')) {
			const found = next(specifier, context);
			const isOfApp = this.#isOwn(found.url, tag.incarnation) && !isPlatform(found.url);
			if (isOfApp) throw sharedByRequire(found.url);
			return found;
		}
		const key = `${specifier}\0${tag.url}`;
		let resolved = this.#resolved.get(key);
		if (resolved === undefined) {
			const found = next(specifier, context);
			const { url, format, importAttributes } = found;
			resolved = { url: readTag(url)?.url ?? url, format: format ?? undefined, importAttributes };
			this.#resolved.set(key, resolved);
		}
		const { url, format, importAttributes } = resolved;
		return {
			url: this.#urlFor(url, tag.incarnation),
			shortCircuit: true,
			...(format !== undefined && { format }),
			...(importAttributes !== undefined && { importAttributes }),
		};
	};

	#load: LoadHookSync = (url, context, next) => {
		const tag = readTag(url);
		if (tag === undefined) return next(url, context);
		const replacements = this.#replacements.get(tag.incarnation);
		const text = replacements?.get(tag.url);
		const { format, source, sizeBytes } =
			replacements === undefined || text === undefined
				? this.#source(tag.url, () => next(tag.url, context))
				: this.#replacement(replacements, tag.url, text);
		this.#modules++;
		this.#sizeBytes += sizeBytes;
		return { format, source, shortCircuit: true };
	};

	#source(url: string, read: () => LoadFnOutput): Source {
		let source = this.#sources.get(url);
		if (source === undefined) {
			const { format, source: content } = read();
			source = compilable(url, format ?? 'module', content);
			this.#sources.set(url, source);
		}
		return source;
	}

	#replacement(replacements: ReadonlyMap<string, string>, url: string, text: string): Source {
		let sources = this.#replaced.get(replacements);
		if (sources === undefined) {
			sources = new Map();
			this.#replaced.set(replacements, sources);
		}
		let source = sources.get(url);
		if (source === undefined) {
			source = compilable(url, /\.m?ts$/.test(url) ? 'module-typescript' : 'module', text);
			sources.set(url, source);
		}
		return source;
	}
}

function sharedByRequire(url: string): TypeError {
	return new TypeError(
		`${url} is required, and so would be shared by all processes of a simulation. Import it.`,
	);
}

/** The packages of the platform, where they are not in node_modules anyway. */
const platform: readonly string[] = ['flotilla', '@flotilla/checkers'].map(
	(name) => new URL('../', import.meta.resolve(name)).href,
);

function isPlatform(url: string): boolean {
	return platform.some((folder) => url.startsWith(folder));
}

/** Types become blanks, so that lines and columns in stacks are those of the file. */
function compilable(url: string, format: string, content: unknown): Source {
	if (format.startsWith('commonjs')) {
		throw new TypeError(
			`${url} is a CommonJS module, which Node shares between all processes of a simulation. ` +
				'Make it an ES module, or a package in node_modules if it keeps nothing; for names there is ' +
				'crypto.randomUUID().',
		);
	}
	const bytes = content as string | Uint8Array;
	if (format === 'module' || format === 'module-typescript') {
		const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
		const source = format === 'module' ? text : strip(text);
		return { format: 'module', source, sizeBytes: source.length };
	}
	return { format, source: bytes, sizeBytes: bytes.length };
}

/** Without the warning that this is experimental: Node itself does it to every TypeScript file. */
function strip(text: string): string {
	const { emitWarning } = process;
	process.emitWarning = () => {};
	try {
		return stripTypeScriptTypes(text, { mode: 'strip' });
	} finally {
		process.emitWarning = emitWarning;
	}
}
