import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { hasNavigated, restoreScroll } from '../routing/navigation.ts';

interface PageProps {
	/** Of the document. */
	readonly title: string;
	/** What the view is called on the page; the title when absent. */
	readonly heading?: ComponentChildren;
	/** What stands before the heading, such as the way here. */
	readonly above?: ComponentChildren;
	readonly class?: string;
	readonly children: ComponentChildren;
}

/** One view: names the document, and puts the focus on its heading when somebody has come to it. */
export function Page({ title, heading = title, above, class: name = '', children }: PageProps) {
	const headingRef = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		document.title = `${title} · Quayside`;
	}, [title]);
	// At once: the browser tells where a page of another height was cut off only a moment later.
	useLayoutEffect(() => {
		if (!hasNavigated()) return;
		restoreScroll();
		// Whoever is typing a search goes on typing.
		if (document.activeElement?.closest('search') == null) {
			headingRef.current?.focus({ preventScroll: true });
		}
	}, []);
	return (
		<main id="main" class={`view ${name}`} tabIndex={-1}>
			{above}
			<h1 ref={headingRef} tabIndex={-1}>
				{heading}
			</h1>
			{children}
		</main>
	);
}
