import assert from 'node:assert/strict';
import { experimentWith, record, write } from './laboratory.ts';
import type { Register } from './service-suite.ts';

const unavailable = { code: 'FLOTILLA_DATABASE_UNAVAILABLE', effect: 'none' };
const commitUnknown = { code: 'FLOTILLA_COMMIT_UNKNOWN', effect: 'unknown' };
const key = { idempotencyKey: 'k' };

/** What holds for a command and its transaction. */
export function commands(scenario: Register): void {
	commits(scenario);
	refusals(scenario);
	contradictions(scenario);
	misuse(scenario);
	withoutTransaction(scenario);
}

function commits(scenario: Register): void {
	scenario('state, event and answer of a command commit together', (engine) =>
		experimentWith(
			engine,
			(input, _call, environment) => record(environment, input),
			async ({ act, ids, sightings }) => {
				assert.deepEqual(await act({ id: 'a' }), { id: 'a', run: 1 });
				assert.deepEqual(await ids(), ['a']);
				assert.deepEqual(await sightings(), ['a']);
			},
		),
	);

	scenario(
		'a commit that is refused leaves nothing, and the same key runs again',
		async (engine) => {
			let runs = 0;
			await experimentWith(
				engine,
				(input, _call, environment) => record(environment, input, ++runs),
				async ({ act, failure, faults, ids, sightings }) => {
					faults.fail('laboratory', 'refused');
					assert.deepEqual(await failure({ id: 'a' }, key), unavailable);
					assert.deepEqual(await ids(), []);
					assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 2 });
					assert.deepEqual(await sightings(), ['a']);
				},
			);
		},
	);

	scenario('after a commit whose answer was lost, the same key gets the answer', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			(input, _call, environment) => record(environment, input, ++runs),
			async ({ act, failure, faults, ids, sightings }) => {
				faults.fail('laboratory', 'lost after commit');
				assert.deepEqual(await failure({ id: 'a' }, key), commitUnknown);
				assert.deepEqual(await ids(), ['a']);
				assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 1 });
				assert.equal(runs, 1);
				assert.deepEqual(await sightings(), ['a']);
			},
		);
	});

	scenario('a commit that was lost on its way takes effect with the retry', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			(input, _call, environment) => record(environment, input, ++runs),
			async ({ act, failure, faults, sightings }) => {
				faults.fail('laboratory', 'lost before commit', 'lost before commit');
				assert.deepEqual(await failure({ id: 'a' }, key), commitUnknown);
				assert.deepEqual(await failure({ id: 'a' }, key), commitUnknown);
				assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 3 });
				assert.deepEqual(await sightings(), ['a']);
			},
		);
	});
}

function refusals(scenario: Register): void {
	scenario('a declared error rolls back rows and events, and is recorded', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			(input, { errors }, { tx }) =>
				tx(async (t) => {
					runs += 1;
					await write(t, input);
					throw errors.refused({ id: input.id });
				}),
			async ({ failure, ids, sightings }) => {
				const refused = { code: 'refused', effect: 'none' };
				assert.deepEqual(await failure({ id: 'a' }, key), refused);
				assert.deepEqual(await failure({ id: 'a' }, key), refused);
				assert.equal(runs, 1);
				assert.deepEqual(await ids(), []);
				assert.deepEqual(await sightings(), []);
			},
		);
	});

	scenario('a declared error outside of the transaction is recorded as well', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async ({ id }, { errors }) => {
				runs += 1;
				throw errors.refused({ id });
			},
			async ({ failure }) => {
				for (let time = 0; time < 2; time++) {
					assert.equal((await failure({ id: 'a' }, key)).code, 'refused');
				}
				assert.equal(runs, 1);
			},
		);
	});

	scenario('a bug rolls back and is not recorded: a retry runs again', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			(input, _call, { tx }) =>
				tx(async (t) => {
					const answer = await write(t, input, ++runs);
					if (runs === 1) throw new TypeError('a bug');
					return answer;
				}),
			async ({ act, failure, ids, sightings }) => {
				const failed = { code: 'FLOTILLA_HANDLER_FAILED', effect: 'none' };
				assert.deepEqual(await failure({ id: 'a' }, key), failed);
				assert.deepEqual(await ids(), []);
				assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 2 });
				assert.deepEqual(await sightings(), ['a']);
			},
		);
	});

	scenario('an answer that does not match its schema rolls back', async (engine) => {
		await experimentWith(
			engine,
			(input, _call, { tx }) =>
				tx(async (t) => ({ ...(await write(t, input)), run: 'many' as never })),
			async ({ failure, ids, sightings }) => {
				const invalid = await failure({ id: 'a' }, key);
				assert.equal(invalid.effect, 'none');
				assert.deepEqual(await ids(), []);
				assert.deepEqual(await sightings(), []);
			},
		);
	});

	scenario('who ignores that a transaction failed answers without its effects', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async (input, _call, { tx }) => {
				runs += 1;
				await tx(async (t) => {
					await write(t, input);
					await write(t, input);
				}).catch(() => {});
				return { id: input.id, run: runs };
			},
			async ({ act, ids, sightings }) => {
				assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 1 });
				assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 1 });
				assert.deepEqual(await ids(), []);
				assert.deepEqual(await sightings(), []);
			},
		);
	});

	scenario('after a transaction that failed, another one may be tried', async (engine) => {
		await experimentWith(
			engine,
			async (input, _call, environment) => {
				await environment
					.tx(async () => {
						throw new Error('not this way');
					})
					.catch(() => {});
				return record(environment, input);
			},
			async ({ act, ids }) => {
				assert.deepEqual(await act({ id: 'a' }), { id: 'a', run: 1 });
				assert.deepEqual(await ids(), ['a']);
			},
		);
	});
}

/** Handlers that say something else than their transaction did. */
function contradictions(scenario: Register): void {
	const answers = { id: 'a', run: 1 };
	const done = { code: 'FLOTILLA_TX_ANSWER', effect: 'done' };

	scenario('an answer that the transaction did not return is an error, with effect', (engine) =>
		experimentWith(
			engine,
			async (input, _call, environment) => ({ ...(await record(environment, input)), run: 9 }),
			async ({ act, failure, ids }) => {
				assert.deepEqual(await failure({ id: 'a' }, key), done);
				assert.deepEqual(await ids(), ['a']);
				assert.deepEqual(await act({ id: 'a' }, key), answers);
			},
		),
	);

	scenario('a declared error after the commit is an error, with effect', (engine) =>
		experimentWith(
			engine,
			async (input, { errors }, environment) => {
				await record(environment, input);
				throw errors.refused({ id: input.id });
			},
			async ({ act, failure }) => {
				const freely = { operation: 'actFreely' } as const;
				assert.deepEqual(await failure({ id: 'a' }, key), done);
				assert.deepEqual(await act({ id: 'a' }, key), answers);
				assert.deepEqual(await failure({ id: 'b' }, freely), done);
			},
		),
	);

	scenario('a bug after the commit says that there was an effect', (engine) =>
		experimentWith(
			engine,
			async (input, _call, environment) => {
				await record(environment, input);
				throw new TypeError('a bug');
			},
			async ({ act, failure }) => {
				const failed = { code: 'FLOTILLA_HANDLER_FAILED', effect: 'done' };
				assert.deepEqual(await failure({ id: 'a' }, key), failed);
				assert.deepEqual(await act({ id: 'a' }, key), answers);
			},
		),
	);

	scenario('who hides that a commit was lost does not hide that its effect is unknown', (engine) =>
		experimentWith(
			engine,
			async (input, _call, environment) => {
				if (input.note === 'bug') {
					await record(environment, input).catch(() => {
						throw new TypeError('a bug');
					});
				}
				await record(environment, input).catch(() => {});
				return answers;
			},
			async ({ act, failure, faults }) => {
				faults.fail('laboratory', 'lost after commit');
				const hidden = { code: 'FLOTILLA_TX_ANSWER', effect: 'unknown' };
				assert.deepEqual(await failure({ id: 'a' }, key), hidden);
				assert.deepEqual(await act({ id: 'a' }, key), answers);
				faults.fail('laboratory', 'lost after commit');
				const failed = { code: 'FLOTILLA_HANDLER_FAILED', effect: 'unknown' };
				assert.deepEqual(await failure({ id: 'b', note: 'bug' }), failed);
			},
		),
	);

	scenario('who answers before the transaction has ended gets an error', (engine) =>
		experimentWith(
			engine,
			async (input, _call, environment) => {
				void record(environment, input);
				return answers;
			},
			async ({ failure, faults }) => {
				const early = { code: 'FLOTILLA_TX_ANSWER', effect: 'unknown' };
				assert.deepEqual(await failure({ id: 'a' }), early);
				// And when that transaction fails, nothing else does.
				faults.fail('laboratory', 'refused');
				assert.deepEqual(await failure({ id: 'b' }), early);
			},
		),
	);
}

function misuse(scenario: Register): void {
	const caused = (cause: string) => ({ code: 'FLOTILLA_HANDLER_FAILED', effect: 'none', cause });

	scenario('a second transaction is refused, and the first one stays', (engine) =>
		experimentWith(
			engine,
			async (input, _call, environment) => {
				await record(environment, input);
				return record(environment, { id: `${input.id}2` });
			},
			async ({ act, failure, ids }) => {
				const second = { code: 'FLOTILLA_TX_SECOND', effect: 'done' };
				assert.deepEqual(await failure({ id: 'a' }, key), second);
				assert.deepEqual(await ids(), ['a']);
				assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 1 });
			},
		),
	);

	scenario('two transactions at once are refused as well', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async (input, _call, environment) => {
				const first = record(environment, input);
				if (++runs > 1) return first;
				return (await Promise.all([first, record(environment, { id: 'other' })]))[0];
			},
			async ({ act, failure, ids }) => {
				const second = { code: 'FLOTILLA_TX_SECOND', effect: 'unknown' };
				assert.deepEqual(await failure({ id: 'a' }, key), second);
				// The first one may still be under way; whatever becomes of it, it counts once.
				assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 1 });
				assert.deepEqual(await ids(), ['a']);
			},
		);
	});

	scenario('a transaction or a read inside a transaction is refused', (engine) =>
		experimentWith(
			engine,
			({ id, note }, _call, { tx, read }) =>
				tx(async (t) => {
					await write(t, { id });
					await (note === 'tx' ? tx : read)(async () => {});
				}),
			async ({ failure, ids }) => {
				for (const note of ['tx', 'read']) {
					const failed = await failure({ id: 'a', note });
					assert.deepEqual(failed, caused('FLOTILLA_TX_NESTED'));
				}
				assert.deepEqual(await ids(), []);
			},
		),
	);

	scenario('a query has no transaction', (engine) =>
		experimentWith(
			engine,
			(input, _call, environment) => record(environment, input),
			async ({ failure, ids }) => {
				const failed = await failure({ id: 'a' }, { operation: 'look' });
				assert.deepEqual(failed, caused('FLOTILLA_TX_OUTSIDE_COMMAND'));
				assert.deepEqual(await ids(), []);
			},
		),
	);

	scenario('outside of a call there is no transaction, no read and no watching', async (engine) => {
		let escaped: Parameters<Parameters<typeof experimentWith>[1]>[2] | undefined;
		await experimentWith(
			engine,
			async (input, _call, environment) => {
				escaped = environment;
				return record(environment, input);
			},
			async ({ act }) => {
				await act({ id: 'a' });
				assert.ok(escaped);
				const { tx, read, live } = escaped;
				const outside = { code: 'FLOTILLA_TX_OUTSIDE_COMMAND' };
				await assert.rejects(
					tx(() => {}),
					outside,
				);
				await assert.rejects(
					read(() => {}),
					outside,
				);
				assert.throws(() => live('a', () => {}), outside);
			},
		);
	});

	scenario('a transaction awaits nothing but its statements', (engine) =>
		experimentWith(
			engine,
			({ id, note }, _call, { tx, call, crypto }) =>
				tx(async (t) => {
					await write(t, { id });
					if (note === 'stream') for await (const _ of call.witness.watch()) break;
					if (note === 'hash') await crypto.hashPassword('secret');
					if (note === 'event') await new Promise(() => {});
				}),
			async ({ failure, ids, sightings }) => {
				const foreign = caused('FLOTILLA_TX_FOREIGN_AWAIT');
				assert.deepEqual(await failure({ id: 'a', note: 'hash' }), foreign);
				assert.deepEqual(await failure({ id: 'a', note: 'event' }), foreign);
				const called = caused('FLOTILLA_CALL_IN_TX');
				assert.deepEqual(await failure({ id: 'a', note: 'stream' }), called);
				assert.deepEqual(await ids(), []);
				assert.deepEqual(await sightings(), []);
			},
		),
	);

	scenario('after its end a transaction takes neither statements nor events', async (engine) => {
		let late: Promise<unknown> | undefined;
		await experimentWith(
			engine,
			async (input, _call, { tx }) => {
				const kept: Parameters<Parameters<typeof tx>[0]>[0][] = [];
				const answer = await tx((t) => {
					kept.push(t);
					return write(t, input);
				});
				const [t] = kept;
				assert.ok(t);
				assert.throws(() => t.emit.acted({ id: 'late' }), { code: 'FLOTILLA_TX_CLOSED' });
				late = write(t, { id: 'late' });
				await assert.rejects(late, { code: 'FLOTILLA_TX_CLOSED' });
				return answer;
			},
			async ({ act, ids, sightings }) => {
				await act({ id: 'a' });
				assert.deepEqual(await ids(), ['a']);
				assert.deepEqual(await sightings(), ['a']);
			},
		);
	});
}

function withoutTransaction(scenario: Register): void {
	scenario('the answer of a command without a transaction is recorded', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async ({ id }) => ({ id, run: ++runs }),
			async ({ act, failure, faults }) => {
				assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 1 });
				assert.deepEqual(await act({ id: 'a' }, key), { id: 'a', run: 1 });
				faults.fail('laboratory', 'lost after commit');
				const other = { idempotencyKey: 'k2' };
				assert.deepEqual(await failure({ id: 'b' }, other), commitUnknown);
				assert.deepEqual(await act({ id: 'b' }, other), { id: 'b', run: 2 });
			},
		);
	});

	scenario('a command that says it is idempotent runs each time', async (engine) => {
		let runs = 0;
		await experimentWith(
			engine,
			async ({ id }, _call, { tx }) =>
				tx(async (t) => {
					await t.run`insert into acts (id) values (${id}) on conflict do nothing`;
					return { id, run: ++runs };
				}),
			async ({ act, ids }) => {
				const options = { ...key, operation: 'actFreely' } as const;
				assert.deepEqual(await act({ id: 'a' }, options), { id: 'a', run: 1 });
				assert.deepEqual(await act({ id: 'b' }, options), { id: 'b', run: 2 });
				assert.deepEqual(await ids(), ['a', 'b']);
			},
		);
	});
}
