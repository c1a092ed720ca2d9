import { signal } from '@preact/signals';

const text = signal('');

/** Says something to whoever hears the page instead of seeing it, when what is under way is said. */
export function announce(message: string): void {
	// The same message twice would not be a change, so it is made one that nobody hears.
	text.value = text.peek() === message ? `${message}\u00a0` : message;
}

/** The place that announcements are heard from. */
export function Announcer() {
	return (
		<p class="unseen" role="status">
			{text}
		</p>
	);
}
