import { type Signal, signal } from '@preact/signals';
import type { Api, Operation } from '../document/api.ts';
import { exampleOf } from '../document/example.ts';
import type { Inputs, PreparedRequest } from '../request/request.ts';
import { type Progress, send } from '../request/sending.ts';
import { token } from './token.ts';

/** What somebody fills in for an operation, and what came of it. Kept while the page is open. */
export class Trial {
	readonly inputs: Signal<Inputs>;
	readonly progress: Signal<Progress> = signal({ state: 'none' });
	/** Whether it was tried to send what is filled in: then what is wrong with it is shown. */
	readonly wasTried: Signal<boolean> = signal(false);
	/** The body as it was filled in at first. */
	readonly example: string;
	#current: AbortController | undefined;

	constructor(operation: Operation, api: Api) {
		const { body } = operation;
		const example = body && (body.example ?? exampleOf(body.schema, api.document));
		this.example = example === undefined ? '' : JSON.stringify(example, null, 2);
		this.inputs = signal({ values: {}, body: this.example });
	}

	set(key: string, value: string): void {
		const { values, body } = this.inputs.value;
		this.inputs.value = { values: { ...values, [key]: value }, body };
	}

	setBody(body: string): void {
		this.inputs.value = { ...this.inputs.value, body };
	}

	/** Sends it; what is still under way is stopped. */
	async send(request: PreparedRequest, withToken: boolean): Promise<void> {
		this.#current?.abort();
		const current = new AbortController();
		this.#current = current;
		await send(request, {
			token: withToken ? token.value : '',
			signal: current.signal,
			tell: (progress) => {
				if (this.#current === current) this.progress.value = progress;
			},
		});
	}

	stop(): void {
		this.#current?.abort();
	}
}

const trials = new Map<string, Trial>();

/** The trial of an operation, as it was left. */
export function trialOf(operation: Operation, api: Api): Trial {
	let trial = trials.get(operation.id);
	if (trial === undefined) {
		trial = new Trial(operation, api);
		trials.set(operation.id, trial);
	}
	return trial;
}
