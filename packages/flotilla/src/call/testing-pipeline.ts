import { type Contract, contract } from '../contract/contract.ts';
import type { ContractDefinition } from '../contract/definition.ts';
import type { Host } from '../host/host.ts';
import type { LogLevel, LogRecord } from '../host/logs.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import type { CallContext } from './call-context.ts';
import { Caller } from './caller.ts';
import { createClient } from './client.ts';
import { ManualClock } from './testing-manual-clock.ts';

/** A handler as the pipeline sees it. */
export type TestHandler = (input: never, call: CallContext) => unknown;

/** Calls an operation without types, so that tests can say what the compiler would not let pass. */
export type LooseCall = (name: string, input?: unknown, options?: object) => Promise<unknown>;

type LooseClient = Readonly<Record<string, (input?: unknown, options?: object) => unknown>>;

export interface Pipeline {
	readonly clock: ManualClock;
	readonly records: readonly LogRecord[];
	readonly telemetry: Telemetry;
	readonly caller: Caller;
	readonly contract: Contract;
	readonly call: LooseCall;
	/** The same with declared errors as values. */
	readonly tries: LooseCall;
	/** Serves another contract beside the first one. */
	readonly add: (more: Contract, run: Readonly<Record<string, TestHandler>>) => LooseCall;
	/** Begins to read a streaming result. */
	readonly open: (name: string, input?: unknown, options?: object) => AsyncIterator<unknown>;
}

/** A call pipeline with a clock that tests move, and handlers without a service around them. */
export function pipeline(
	definition: ContractDefinition,
	handlers: Readonly<Record<string, TestHandler>>,
	logLevel: LogLevel = 'info',
): Pipeline {
	const clock = new ManualClock();
	const records: LogRecord[] = [];
	const logs = { write: (record: LogRecord) => records.push(record), flush: async () => {} };
	const telemetry = new Telemetry({ clock, logs, logLevel });
	let drawn = 0;
	const uint32 = (): number => Math.imul(++drawn, 2_654_435_761) >>> 0;
	const host = { clock, random: { uint32 }, logs } as unknown as Host;
	const caller = new Caller(host, telemetry);
	const add = (more: Contract, run: Readonly<Record<string, TestHandler>>): LooseCall => {
		const write = (level: LogLevel) => (message: string, fields?: object) =>
			telemetry.log(level, message, fields as Record<string, unknown>);
		const logger = {
			debug: write('debug'),
			info: write('info'),
			warn: write('warn'),
			error: write('error'),
		};
		for (const operation of more.operations.values()) {
			const handler = run[operation.name];
			if (handler !== undefined) caller.register({ operation, run: handler as never, logger });
		}
		return looseCall(createClient(more, caller));
	};
	const tested = contract('tested', definition);
	const call = add(tested, handlers);
	const tries = looseCall((createClient(tested, caller) as unknown as { try: object }).try);
	const open = (name: string, input?: unknown, options?: object): AsyncIterator<unknown> =>
		(call(name, input, options) as unknown as AsyncIterable<unknown>)[Symbol.asyncIterator]();
	return { clock, records, telemetry, caller, contract: tested, call, tries, add, open };
}

function looseCall(client: object): LooseCall {
	const calls = client as LooseClient;
	return (name, input, options) => calls[name]?.(input, options) as Promise<unknown>;
}

/** Resolves when all that could happen without time or the outside world has happened. */
export async function quiet(): Promise<void> {
	for (let turn = 0; turn < 100; turn++) await undefined;
}

/** What a call that must fail was rejected with. */
export async function failureOf(call: Promise<unknown>): Promise<{
	readonly code: string;
	readonly effect: string;
	readonly message: string;
	readonly details: Readonly<Record<string, unknown>>;
	readonly data: unknown;
	readonly cause: unknown;
}> {
	try {
		await call;
	} catch (error) {
		return error as never;
	}
	throw new Error('the call was answered');
}
