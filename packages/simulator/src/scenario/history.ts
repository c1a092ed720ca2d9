import type { Operation } from '@flotilla/checkers';
import type { World } from './scenario.ts';

/** Records what clients did and saw, for the checkers of `@flotilla/checkers`. */
export interface History<Input, Output> {
	/**
	 * Runs one operation of a client, and records it. Rejects like `work`.
	 *
	 * @param process The client: it runs one operation at a time. After an unknown outcome the recorder
	 *   gives it another name, as the checkers demand.
	 * @param outputOf What the caller saw of the answer, for the model.
	 */
	run<Answer>(
		process: string,
		input: Input,
		work: () => Promise<Answer>,
		outputOf: (answer: Answer) => Output,
	): Promise<Answer>;

	/** So far, in the order in which they ended. */
	readonly operations: readonly Operation<Input, Output>[];
}

/** Starts a history in the time of a world. */
export function history<Input, Output>(world: World): History<Input, Output> {
	const operations: Operation<Input, Output>[] = [];
	const renamed = new Map<string, number>();
	return {
		operations,
		run: async (client, input, work, outputOf) => {
			const process = `${client}/${renamed.get(client) ?? 0}`;
			const calledAt = world.nowMs();
			try {
				const answer = await work();
				const returnedAt = world.nowMs();
				const output = outputOf(answer);
				operations.push({ process, input, output, calledAt, returnedAt, outcome: 'ok' });
				return answer;
			} catch (error) {
				const happened = (error as { readonly effect?: unknown }).effect !== 'none';
				const returnedAt = happened ? Number.POSITIVE_INFINITY : world.nowMs();
				const outcome = happened ? 'unknown' : 'failed';
				operations.push({ process, input, calledAt, returnedAt, outcome });
				if (happened) renamed.set(client, (renamed.get(client) ?? 0) + 1);
				throw error;
			}
		},
	};
}
