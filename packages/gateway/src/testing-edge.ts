/**
 * What the tests of the edge stand on: real services behind a real gateway, and a client that can
 * also speak what is no HTTP.
 *
 * @module
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, contract, error, type Principal, service, stream } from 'flotilla';
import { nodeHost } from 'flotilla/adapter';
import { type Fleet, run } from 'flotilla/run';
import { z } from 'zod';
import type { Verifier } from './authentication.ts';
import { type Gateway, type GatewayOptions, gateway } from './gateway.ts';

/** Some of what is called here fails on purpose. */
const silence = { write: () => {}, flush: async () => {} };

const Name = z.object({ name: z.string().max(20) });
const Ran = z.object({ input: z.any(), subject: z.string().optional() });

/** Operations that do nothing but show how they were called. */
const Probe = contract('probe', {
	version: 1,
	queries: {
		find: {
			input: z.object({
				id: z.string().max(20),
				limit: z.int().min(1).max(100).optional(),
				open: z.boolean().optional(),
				tag: z.array(z.string()).optional(),
			}),
			output: Ran,
			errors: { notFound: Name, gone: Name, odd: error(Name, { status: 418 }) },
			http: 'GET /probe/{id}',
			auth: 'public',
		},
		member: { output: Ran, http: 'GET /member', auth: 'user' },
		/** Answers when the test lets it. */
		held: { input: Name, output: Name, http: 'GET /held/{name}', auth: 'public' },
		hurried: { input: Name, output: Name, http: 'GET /hurried', auth: 'public', timeoutMs: 50 },
		broken: { http: 'GET /broken', auth: 'public' },
		/** An answer that fits into no buffer on the way. */
		large: { output: z.object({ padding: z.string() }), http: 'GET /large', auth: 'public' },
		count: {
			input: z.object({ to: z.int(), thenFail: z.boolean().optional() }),
			output: stream(z.object({ number: z.int(), padding: z.string().optional() })),
			errors: { notFound: Name },
			http: 'GET /count',
			auth: 'public',
		},
	},
	commands: {
		write: {
			input: z.object({
				name: z.string().max(20),
				size: z.int().optional(),
				parts: z.array(z.object({ sku: z.string() })).optional(),
				by: z
					.discriminatedUnion('kind', [
						z.object({ kind: z.literal('card'), number: z.string() }),
						z.object({ kind: z.literal('cash'), note: z.string() }),
					])
					.optional(),
				marks: z.record(z.string(), z.int()).optional(),
			}),
			output: Ran,
			http: { route: 'POST /things', status: 201 },
			auth: 'public',
			idempotent: true,
		},
		rename: {
			input: z.object({ id: z.int(), name: z.string() }),
			output: Ran,
			http: 'PUT /things/{id}',
			auth: 'public',
			idempotent: true,
		},
		remove: {
			input: z.object({ id: z.int() }),
			http: 'DELETE /things/{id}',
			auth: 'user',
			idempotent: true,
		},
		ping: { http: 'POST /ping', auth: 'public', idempotent: true },
	},
});

const Job = z.object({ id: z.string(), status: z.enum(['pending', 'done']), steps: z.int() });
const JobId = z.object({ id: z.string() });

/** A command whose answer goes on changing, and the record of which commands ran. */
const Jobs = contract('jobs', {
	version: 1,
	queries: {
		watch: {
			input: JobId,
			output: stream(Job),
			errors: { notFound: JobId },
			http: 'GET /jobs/{id}/events',
			auth: 'user',
		},
	},
	commands: {
		start: {
			input: JobId,
			output: Job,
			errors: { taken: JobId },
			http: {
				route: 'POST /jobs',
				status: 201,
				settle: { watch: 'watch', while: { status: 'pending' }, waitMs: 0 },
			},
			auth: 'user',
		},
		advance: { input: z.object({ id: z.string(), done: z.boolean() }) },
	},
	events: { changed: { data: JobId, key: 'id' } },
});

/** What a test sees of the handlers, and how it holds them. */
export class Handlers {
	/** The names of the operations that ran. */
	readonly ran: string[] = [];
	readonly #held = new Map<string, PromiseWithResolvers<void>>();
	readonly #begun = new Map<string, PromiseWithResolvers<AbortSignal>>();

	/** Resolves with its signal when the held call of this name has begun. */
	begun(name: string): Promise<AbortSignal> {
		return this.#entry(this.#begun, name).promise;
	}

	/** Lets the held call of this name answer. */
	release(name: string): void {
		this.#entry(this.#held, name).resolve();
	}

	async hold(name: string, signal: AbortSignal): Promise<void> {
		this.#entry(this.#begun, name).resolve(signal);
		await this.#entry(this.#held, name).promise;
	}

	#entry<T>(entries: Map<string, PromiseWithResolvers<T>>, name: string): PromiseWithResolvers<T> {
		const entry = entries.get(name) ?? Promise.withResolvers<T>();
		entries.set(name, entry);
		return entry;
	}
}

function probe(handlers: Handlers): ReturnType<typeof service> {
	const shown = (name: string, input: unknown, principal: Principal | undefined): Ran => {
		handlers.ran.push(name);
		return { input, ...(principal === undefined ? {} : { subject: principal.subject }) };
	};
	return service(Probe, () => ({
		queries: {
			find: (input, { principal, errors }) => {
				if (input.id === 'missing') throw errors.notFound({ name: input.id });
				if (input.id === 'odd') throw errors.odd({ name: input.id });
				return shown('find', input, principal);
			},
			member: (_, { principal }) => shown('member', null, principal),
			held: async ({ name }, { signal }) => {
				handlers.ran.push('held');
				await handlers.hold(name, signal);
				return { name };
			},
			hurried: async ({ name }, { signal }) => {
				await handlers.hold(name, signal);
				return { name };
			},
			broken: () => {
				throw new Error('password=hunter2 at /srv/secret.ts');
			},
			large: () => ({ padding: 'x'.repeat(30_000_000) }),
			count: async function* ({ to, thenFail }, { errors, signal }) {
				if (to < 0) throw errors.notFound({ name: 'count' });
				for (let number = 1; number <= to; number++) {
					handlers.ran.push(`count ${number}`);
					yield { number, ...(to > 1_000 ? { padding: 'x'.repeat(10_000) } : {}) };
				}
				if (thenFail === true) throw errors.notFound({ name: 'count' });
				if (thenFail === false) await handlers.hold('count', signal);
			},
		},
		commands: {
			write: (input, { principal }) => shown('write', input, principal),
			rename: (input, { principal }) => shown('rename', input, principal),
			remove: () => {
				handlers.ran.push('remove');
			},
			ping: () => {
				handlers.ran.push('ping');
			},
		},
	}));
}

type Ran = z.infer<typeof Ran>;

function jobs(handlers: Handlers): ReturnType<typeof service> {
	const migrations = [
		{
			name: '0001-jobs',
			sql: 'create table jobs (id text primary key, status text not null, steps bigint not null)',
		},
	];
	return service(Jobs, { migrations }, ({ tx, live }) => ({
		queries: {
			watch: async function* ({ id }, { errors }) {
				const find = live(id, (t) => t.first(Job)`select * from jobs where id = ${id}`);
				for await (const job of find) {
					if (job === undefined) throw errors.notFound({ id });
					yield job;
					if (job.status === 'done') return;
				}
			},
		},
		commands: {
			start: ({ id }, { errors }) =>
				tx(async (t) => {
					handlers.ran.push('start');
					if (await t.first(JobId)`select id from jobs where id = ${id}`)
						throw errors.taken({ id });
					await t.run`insert into jobs (id, status, steps) values (${id}, 'pending', 0)`;
					return { id, status: 'pending' as const, steps: 0 };
				}),
			advance: ({ id, done }) =>
				tx(async (t) => {
					const status = done ? 'done' : 'pending';
					await t.run`update jobs set steps = steps + 1, status = ${status} where id = ${id}`;
					t.emit.changed({ id });
				}),
		},
	}));
}

/** Tokens of a test: `user-token-ada` stands for ada with the scope `user`, `guest-…` for no scope. */
const testTokens: Verifier = async (token) => {
	const [, scope = '', subject = ''] = /^(user|guest)-token-([a-z]+)$/.exec(token) ?? [];
	if (subject === '') return undefined;
	return { subject, issuer: 'test', scopes: scope === 'user' ? ['user'] : [] };
};

export interface TestEdge extends AsyncDisposable {
	readonly fleet: Fleet;
	readonly edge: Gateway;
	readonly handlers: Handlers;
	/** Moves a job on. */
	advance(id: string, done: boolean): Promise<void>;
	fetch(path: string, init?: RequestInit): Promise<Response>;
	/** A connection on which a test can write what is no HTTP. */
	connect(): Promise<RawConnection>;
}

/** Two real services in a folder of their own, behind a gateway on a free port. */
export async function openTestEdge(options: GatewayOptions = {}): Promise<TestEdge> {
	await using opened = new AsyncDisposableStack();
	const dataDir = await mkdtemp(join(tmpdir(), 'edge-'));
	opened.defer(() => rm(dataDir, { recursive: true, force: true }));
	const handlers = new Handlers();
	const probed = app('probed', [probe(handlers), jobs(handlers)]);
	const fleet = opened.use(await run(probed, { dataDir, host: { ...nodeHost(), logs: silence } }));
	const edge = opened.use(
		await gateway(fleet, {
			auth: testTokens,
			...(options.listener === undefined ? { port: 0 } : {}),
			...options,
		}),
	);
	const close = opened.move();
	return {
		fleet,
		edge,
		handlers,
		advance: (id, done) => fleet.client(Jobs).advance({ id, done }),
		fetch: (path, init) => fetch(`${edge.url}${path}`, init),
		connect: () => RawConnection.open(edge.address.port),
		[Symbol.asyncDispose]: () => close.disposeAsync(),
	};
}

/** An answer as it came over the wire. */
export interface RawAnswer {
	readonly status: number;
	/** Names in lower case. */
	readonly headers: ReadonlyMap<string, string>;
	readonly body: string;
	/** The body as a problem. */
	readonly problem: { code: string; errors?: { path: string; message: string }[] };
}

/** A TCP connection that speaks as it is told. */
export class RawConnection implements Disposable {
	readonly socket: Socket;
	#received = '';
	#ended = false;
	#more: (() => void) | undefined;

	private constructor(socket: Socket) {
		this.socket = socket;
		socket.setNoDelay(true);
		socket.on('data', (chunk) => {
			this.#received += chunk.toString('latin1');
			this.#more?.();
		});
		const end = (): void => {
			this.#ended = true;
			this.#more?.();
		};
		socket.on('error', end);
		socket.on('end', end);
		socket.on('close', end);
	}

	static async open(port: number): Promise<RawConnection> {
		const socket = connect(port, '127.0.0.1');
		await once(socket, 'connect');
		return new RawConnection(socket);
	}

	write(bytes: string | Uint8Array): void {
		this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
	}

	/** The next answer, which must have a `content-length` or no body. */
	async answer(): Promise<RawAnswer> {
		const head = await this.#take(() => {
			const end = this.#received.indexOf('\r\n\r\n');
			return end < 0 ? undefined : end + 4;
		});
		const [first = '', ...lines] = head.trimEnd().split('\r\n');
		const headers = new Map(
			lines.map((line): [string, string] => {
				const colon = line.indexOf(':');
				return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
			}),
		);
		const length = Number(headers.get('content-length') ?? 0);
		const body = await this.#take(() => (this.#received.length < length ? undefined : length));
		const status = Number(first.split(' ')[1]);
		return { status, headers, body, problem: body === '' ? { code: '' } : JSON.parse(body) };
	}

	/** Everything up to and with `mark`. */
	until(mark: string): Promise<string> {
		return this.#take(() => {
			const found = this.#received.indexOf(mark);
			return found < 0 ? undefined : found + mark.length;
		});
	}

	/** Drops everything up to and with `mark`, however much that is. */
	async skipTo(mark: string): Promise<void> {
		while (!this.#received.includes(mark)) {
			this.#received = this.#received.slice(-mark.length);
			await this.#next();
		}
		await this.until(mark);
	}

	/** What came until the other side ended. */
	async rest(): Promise<string> {
		while (!this.#ended) await this.#next();
		return this.#received;
	}

	[Symbol.dispose](): void {
		this.socket.destroy();
	}

	async #take(length: () => number | undefined): Promise<string> {
		for (let found = length(); ; found = length()) {
			if (found !== undefined) {
				const taken = this.#received.slice(0, found);
				this.#received = this.#received.slice(found);
				return taken;
			}
			if (this.#ended) throw new Error(`the connection ended after: ${this.#received}`);
			await this.#next();
		}
	}

	#next(): Promise<void> {
		return new Promise((resolve) => {
			this.#more = resolve;
		});
	}
}
