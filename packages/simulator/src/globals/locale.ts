import type { Callable, Patches } from './patch.ts';
import { inside } from './run.ts';

const LOCALE = 'en-US';
const ZONE = '(Coordinated Universal Time)';

/** Classes of `Intl` whose first argument is a locale that may be left out. */
const CLASSES = [
	'DateTimeFormat',
	'NumberFormat',
	'Collator',
	'PluralRules',
	'RelativeTimeFormat',
	'ListFormat',
	'Segmenter',
	'DurationFormat',
] as const;

/** Methods with a locale that may be left out, and its place among the arguments. */
const METHODS: readonly (readonly [object, string, number])[] = [
	[Date.prototype, 'toLocaleString', 0],
	[Date.prototype, 'toLocaleDateString', 0],
	[Date.prototype, 'toLocaleTimeString', 0],
	[Number.prototype, 'toLocaleString', 0],
	[BigInt.prototype, 'toLocaleString', 0],
	[Array.prototype, 'toLocaleString', 0],
	[String.prototype, 'localeCompare', 1],
	[String.prototype, 'toLocaleUpperCase', 0],
	[String.prototype, 'toLocaleLowerCase', 0],
];

/** What a machine's language decides when code leaves it open is English; what is said explicitly holds. */
export function patchLocale(patches: Patches): void {
	for (const name of CLASSES) {
		const original = (Intl as unknown as Record<string, Callable | undefined>)[name];
		if (original !== undefined) patches.value(Intl, name, withLocale(original));
	}
	for (const [target, name, place] of [...METHODS, ...temporalMethods()]) {
		patches.method(
			target,
			name,
			(original) =>
				function (this: unknown, ...args: unknown[]) {
					if (args[place] === undefined && inside() !== undefined) args[place] = LOCALE;
					return Reflect.apply(original, this, args);
				},
		);
	}
	// They end in the name of the time zone, in the language of the machine.
	for (const name of ['toString', 'toTimeString']) {
		patches.method(
			Date.prototype,
			name,
			(original) =>
				function (this: unknown) {
					const text = Reflect.apply(original, this, []) as string;
					return inside() === undefined ? text : text.replace(/\(.*\)$/, ZONE);
				},
		);
	}
	patchNow(patches);
}

/** Node 24 has no Temporal. */
function temporalMethods(): typeof METHODS {
	const temporal: object = (Reflect.get(globalThis, 'Temporal') as object | undefined) ?? {};
	return Object.getOwnPropertyNames(temporal).flatMap((name) => {
		const { prototype } = Reflect.get(temporal, name) as { readonly prototype?: object };
		return prototype === undefined ? [] : [[prototype, 'toLocaleString', 0] as const];
	});
}

function withLocale(original: Callable): Callable {
	const located = (args: unknown[]): unknown[] =>
		args[0] === undefined && inside() !== undefined ? [LOCALE, ...args.slice(1)] : args;
	return new Proxy(original, {
		apply: (target, self, args) => Reflect.apply(target, self, located(args)),
		construct: (target, args, newTarget) =>
			Reflect.construct(target, located(args), newTarget) as object,
	});
}

/** A format that is asked without a time formats the present one. */
function patchNow(patches: Patches): void {
	const { prototype } = Intl.DateTimeFormat;
	const present = (args: unknown[]): unknown[] => {
		const process = args[0] === undefined ? inside() : undefined;
		return process === undefined ? args : [Math.floor(process.wallMs())];
	};
	patches.getter(prototype, 'format', (_self, original) => {
		const format = original() as Callable;
		return inside() === undefined ? format : (...args: unknown[]) => format(...present(args));
	});
	patches.method(
		prototype,
		'formatToParts',
		(original) =>
			function (this: unknown, ...args: unknown[]) {
				return Reflect.apply(original, this, present(args));
			},
	);
}
