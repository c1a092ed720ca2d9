import type { ComponentChildren } from 'preact';
import type { Failure } from '../connection/failure.ts';

export type Tone = 'plain' | 'good' | 'warn' | 'bad';

interface NoticeProps {
	readonly tone: Tone;
	readonly title: string;
	readonly children?: ComponentChildren;
}

/** Something that the reader should know. */
export function Notice({ tone, title, children }: NoticeProps) {
	return (
		<div class={`notice notice-${tone}`}>
			<p class="notice-title">{title}</p>
			{children}
		</div>
	);
}

/** A failure, what names it in the shop's logs, and another try. */
export function FailureNotice({
	failure,
	onRetry,
}: {
	readonly failure: Failure;
	readonly onRetry?: (() => void) | undefined;
}) {
	const { kind, title, text, requestId } = failure;
	return (
		<div role="alert">
			<Notice tone={kind === 'away' ? 'warn' : 'bad'} title={title}>
				{text !== '' && <p>{text}</p>}
				{requestId !== undefined && (
					<p class="fine">
						Request <code>{requestId}</code>
					</p>
				)}
				{onRetry !== undefined && (
					<p>
						<button type="button" class="button" onClick={onRetry}>
							Try again
						</button>
					</p>
				)}
			</Notice>
		</div>
	);
}
