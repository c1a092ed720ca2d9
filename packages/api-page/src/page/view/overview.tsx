import type { JSX } from 'preact';
import type { Api } from '../document/api.ts';
import { addressOf, isUnknown } from '../state/loaded-api.ts';
import { Method } from './method.tsx';
import { Paragraphs, Words } from './words.tsx';

/** What there is, where no operation is chosen. */
export function Overview({ api }: { readonly api: Api }): JSX.Element {
	return (
		<article class="overview">
			<h1 tabIndex={-1}>{api.title}</h1>
			{isUnknown.value && (
				<p class="problem" role="alert">
					There is no such operation. These there are:
				</p>
			)}
			<Paragraphs text={api.description} />
			<p class="lead">
				Choose an operation to read about it and to try it. <kbd>/</kbd> searches; the document
				itself is at <a href="/openapi.json">/openapi.json</a>.
			</p>
			{api.tags.map((tag) => (
				<section key={tag.name}>
					<h2>{tag.name}</h2>
					<Paragraphs text={tag.description} />
					<ul class="index">
						{tag.operations.map((operation) => (
							<li key={operation.id}>
								<a href={addressOf(operation)}>
									<Method name={operation.method} />
									<code class="index-path">{operation.path}</code>
									<span class="index-summary">
										<Words text={operation.summary || operation.id} />
									</span>
								</a>
							</li>
						))}
					</ul>
				</section>
			))}
		</article>
	);
}
