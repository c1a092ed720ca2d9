import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ProductArt } from '../catalogue/product-art.tsx';
import { announce } from '../design/announcer.tsx';
import { FailureNotice } from '../design/notice.tsx';
import { counted } from '../design/numbers.ts';
import type { Refusal } from './entering.ts';

interface FormProps {
	/** What its button says. */
	readonly action: string;
	readonly send: () => Promise<Refusal | undefined>;
	readonly children: (problemOf: (field: string) => string | undefined) => ComponentChildren;
}

/** A form that the shop judges: what it says about a field is shown there, and the first one focused. */
export function Form({ action, send, children }: FormProps) {
	const [refusal, setRefusal] = useState<Refusal>();
	const [isSending, setIsSending] = useState(false);
	const form = useRef<HTMLFormElement>(null);

	useEffect(() => {
		const wrong = form.current?.querySelectorAll<HTMLElement>('[aria-invalid=true]');
		if (!wrong?.length) return;
		wrong[0]?.focus();
		announce(`${counted(wrong.length, 'field is', 'fields are')} not right yet.`);
	}, [refusal]);

	const submit = async (event: Event): Promise<void> => {
		event.preventDefault();
		if (isSending) return;
		setIsSending(true);
		const refused = await send();
		setIsSending(false);
		setRefusal(refused);
	};

	return (
		<div class="card">
			<div class="card-art">
				<ProductArt sku="GAR-007" />
				<ProductArt sku="CYC-004" />
				<ProductArt sku="TAB-002" />
			</div>
			{/* Not by the browser: the rules are the contract's, and its words are better. */}
			<form ref={form} noValidate onSubmit={(event) => void submit(event)}>
				{refusal?.failure !== undefined && <FailureNotice failure={refusal.failure} />}
				{children((field) => refusal?.fields.get(field))}
				<button type="submit" class="button button-main button-wide" aria-disabled={isSending}>
					{isSending ? 'One moment …' : action}
				</button>
			</form>
		</div>
	);
}
