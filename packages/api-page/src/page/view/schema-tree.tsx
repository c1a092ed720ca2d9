import type { JSX } from 'preact';
import type { Json, JsonObject } from '../document/json.ts';
import { nameOf } from '../document/schema.ts';
import { type Part, type Shape, shapeOf } from '../document/shape.ts';
import { Branch } from './branch.tsx';
import { Words } from './words.tsx';

/** Levels that are open at first. */
const OPEN_LEVELS = 2;

/** In a request it matters what must be there, in an answer what may be missing. */
type Use = 'request' | 'answer';

interface Place {
	readonly document: JsonObject;
	readonly use: Use;
	readonly level: number;
	/** The names that lead here: inside of itself a schema is closed at first. */
	readonly within: readonly string[];
}

/** A schema as lists inside of lists, made as far as they are opened. */
export function SchemaTree({
	schema,
	document,
	use,
}: {
	readonly schema: Json;
	readonly document: JsonObject;
	readonly use: Use;
}): JSX.Element {
	const shape = shapeOf(schema, document);
	const name = nameOf(schema);
	const within = name === undefined ? [] : [name];
	return (
		<div class="schema">
			{(shape.parts.length === 0 || shape.type !== 'object') && (
				<p class="schema-root">
					<TypeText shape={shape} />
				</p>
			)}
			<Parts parts={shape.parts} place={{ document, use, level: 0, within }} />
		</div>
	);
}

function Parts({ parts, place }: { readonly parts: readonly Part[]; readonly place: Place }) {
	if (parts.length === 0) return null;
	return (
		<ul class="parts">
			{parts.map((part) => (
				<li key={part.name}>
					<PartOf part={part} place={place} />
				</li>
			))}
		</ul>
	);
}

function PartOf({ part, place }: { readonly part: Part; readonly place: Place }): JSX.Element {
	const shape = shapeOf(part.schema, place.document);
	const head = <PartHead part={part} shape={shape} use={place.use} />;
	if (shape.parts.length === 0) return <div class="part">{head}</div>;
	const name = nameOf(part.schema);
	const isInsideItself = name !== undefined && place.within.includes(name);
	const inner: Place = {
		...place,
		level: place.level + 1,
		within: name === undefined ? place.within : [...place.within, name],
	};
	return (
		<Branch isOpen={place.level < OPEN_LEVELS - 1 && !isInsideItself} head={head}>
			{() => <Parts parts={shape.parts} place={inner} />}
		</Branch>
	);
}

function PartHead({
	part,
	shape,
	use,
}: {
	readonly part: Part;
	readonly shape: Shape;
	readonly use: Use;
}): JSX.Element {
	const isField = part.kind === 'field';
	return (
		<>
			<code class={`part-name ${part.kind}`}>{part.name}</code>{' '}
			{part.kind !== 'form' && <TypeText shape={shape} />}
			{isField && part.isRequired && use === 'request' && <span class="required"> required</span>}
			{isField && !part.isRequired && use === 'answer' && <span class="place"> optional</span>}
			{shape.isDeprecated && <span class="deprecated"> deprecated</span>}
			{shape.description !== '' && (
				<span class="part-description">
					<Words text={shape.description} />
				</span>
			)}
		</>
	);
}

export function TypeText({ shape }: { readonly shape: Shape }): JSX.Element {
	return (
		<span class="type">
			{shape.type}
			{shape.rules.map((rule) => (
				<span key={rule}>
					{', '}
					{rule.startsWith('like ') ? (
						<>
							like <code class="pattern">{rule.slice(5)}</code>
						</>
					) : (
						rule
					)}
				</span>
			))}
		</span>
	);
}
