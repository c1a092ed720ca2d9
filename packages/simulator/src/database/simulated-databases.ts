import {
	type Database,
	type Databases,
	type Dialect,
	FlotillaError,
	ForeignAwaitGuard,
	isFlotillaError,
	type OpenDatabaseOptions,
	type RunOutcome,
	refuseUnportableValues,
	ScriptRun,
	type ScriptSession,
	type SqlResult,
	type SqlSession,
	type SqlStatement,
	untilItWins,
} from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import { clockOf } from '../machine/clock.ts';
import type { Channel } from '../network/channel.ts';
import type { SimulatedNetwork } from '../network/simulated-network.ts';
import {
	type Access,
	type Answer,
	DATABASE_PORT,
	databaseMachineName,
	type Request,
} from './database-protocol.ts';

export interface SimulatedDatabasesOptions {
	readonly kernel: Kernel;
	readonly network: SimulatedNetwork;
	readonly process: SimulatedProcess;
}

/** Databases on machines of their own, as a process reaches them. */
export class SimulatedDatabases implements Databases {
	readonly #options: SimulatedDatabasesOptions;

	constructor(options: SimulatedDatabasesOptions) {
		this.#options = options;
	}

	async open(name: string, { rerunShare = 0 }: OpenDatabaseOptions): Promise<Database> {
		const connections = new Connections(name, this.#options);
		connections.release(await connections.acquire());
		return new SimulatedDatabase(name, connections, rerunShare, this.#options);
	}
}

/** Before a transaction that lost is run again, the first time. */
const PAUSE_MS = 5;

/** How long until the connection for notifications is made again. */
const LISTEN_AGAIN_MS = 500;

class SimulatedDatabase implements Database {
	readonly name: string;
	readonly dialect: Dialect = 'sqlite';
	readonly shared: boolean = true;
	readonly #connections: Connections;
	readonly #rerunShare: number;
	readonly #options: SimulatedDatabasesOptions;
	readonly #clock: ReturnType<typeof clockOf>;
	readonly #guard: ForeignAwaitGuard;
	readonly #underWay = new Set<Promise<unknown>>();
	#listener: ((message: string) => void) | undefined;
	#listening: Connection | undefined;
	#closed: Promise<void> | undefined;

	constructor(
		name: string,
		connections: Connections,
		rerunShare: number,
		options: SimulatedDatabasesOptions,
	) {
		this.name = name;
		this.#connections = connections;
		this.#rerunShare = rerunShare;
		this.#options = options;
		this.#clock = clockOf(options.kernel, options.process);
		const { kernel, process } = options;
		this.#guard = new ForeignAwaitGuard(name, (look) => kernel.atEndOfEvent(process, look));
	}

	transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
		return this.#track(() =>
			this.#untilItWins(async (losses) => {
				if (losses === 0 && this.#options.process.random.next() < this.#rerunShare) {
					const outcome = await this.#run('write', work, rollBack);
					if (outcome.type === 'foreign') return outcome;
				}
				return this.#run('write', work, end);
			}),
		);
	}

	snapshot<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
		return this.#track(() =>
			this.#untilItWins((losses) => this.#run(losses === 0 ? 'read' : 'long read', work, end)),
		);
	}

	exclusive<T>(work: (session: ScriptSession) => Promise<T>): Promise<T> {
		return this.#track(() =>
			this.#using(async (connection) => {
				const statements = new Statements(this.name, connection, 'exclusive');
				await statements.lock();
				const outcome = await new Promise<RunOutcome<T>>((resolve) => {
					const run = new ScriptRun<T>(
						this.name,
						(statement) => statements.execute(statement),
						(sql) => statements.script(sql),
						resolve,
					);
					run.start<ScriptSession>(work, run);
				});
				const ended = await statements.end(outcome);
				if (ended.type === 'returned') return ended.value;
				throw ended.error;
			}),
		);
	}

	notify(message: string): void {
		this.#listening?.tell({ type: 'notify', messages: [message] });
	}

	onNotify(listener: (message: string) => void): void {
		this.#listener = listener;
		if (this.#listening === undefined) void this.#listen();
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		await Promise.allSettled(this.#underWay);
		this.#listening?.end();
		this.#connections.close();
	}

	async #listen(): Promise<void> {
		try {
			const connection = await this.#connections.open();
			await connection.ask({ type: 'listen' });
			this.#listening = connection;
			connection.notified = (message) => this.#listener?.(message);
			connection.lost = () => this.#listenAgain();
			// What was said meanwhile is not known: anything may have changed.
			this.#listener?.('');
		} catch {
			this.#listenAgain();
		}
	}

	#listenAgain(): void {
		this.#listening = undefined;
		if (this.#closed === undefined) {
			this.#clock.setTimer(LISTEN_AGAIN_MS, () => void this.#listen());
		}
	}

	#track<T>(run: () => Promise<T>): Promise<T> {
		if (this.#closed !== undefined) {
			const message = `Database ${this.name} has been closed.`;
			return Promise.reject(new FlotillaError('FLOTILLA_DATABASE_UNAVAILABLE', message));
		}
		const running = run();
		this.#underWay.add(running);
		const forget = (): void => void this.#underWay.delete(running);
		running.then(forget, forget);
		return running;
	}

	/** Runs again what lost against other transactions. */
	#untilItWins<T>(attempt: (losses: number) => Promise<RunOutcome<T>>): Promise<T> {
		const pause = (losses: number): Promise<void> => {
			const pauseMs = PAUSE_MS * losses * (0.5 + this.#options.process.random.next());
			return new Promise((resolve) => this.#clock.setTimer(pauseMs, resolve));
		};
		return untilItWins({ database: this.name, pause }, attempt);
	}

	#run<T>(
		access: Access,
		work: (session: SqlSession) => Promise<T>,
		finish: Finish,
	): Promise<RunOutcome<T>> {
		return this.#using(async (connection) => {
			const statements = new Statements(this.name, connection, access);
			const outcome = await this.#guard.run((statement) => statements.execute(statement), work);
			return finish(statements, outcome);
		});
	}

	async #using<R>(use: (connection: Connection) => Promise<R>): Promise<R> {
		const connection = await this.#connections.acquire();
		try {
			return await use(connection);
		} finally {
			this.#connections.release(connection);
		}
	}
}

/** What is done with a transaction whose function has ended. */
type Finish = <T>(statements: Statements, outcome: RunOutcome<T>) => Promise<RunOutcome<T>>;

const end: Finish = (statements, outcome) => statements.end(outcome);

const rollBack: Finish = async (statements, outcome) => {
	statements.rollBack();
	return outcome;
};

/** The statements of one transaction, one after another. The first one begins it. */
class Statements {
	readonly #database: string;
	readonly #connection: Connection;
	readonly #access: Access;
	#last: Promise<unknown> | undefined;

	constructor(database: string, connection: Connection, access: Access) {
		this.#database = database;
		this.#connection = connection;
		this.#access = access;
	}

	execute(statement: SqlStatement): Promise<SqlResult> {
		refuseUnportableValues(statement);
		const begin = this.#last === undefined ? this.#access : undefined;
		return this.#next(async () => {
			const text = digestOf(statement.strings);
			const values = JSON.stringify(statement.values);
			const answer = await this.#connection.ask(
				{ type: 'run', begin, statement },
				{
					digest: `${text.hash} ${values}`,
					length: text.length + values.length,
				},
			);
			return (answer as Extract<Answer, { type: 'result' }>).result;
		});
	}

	async script(sql: string): Promise<void> {
		const content = { digest: sql, length: sql.length };
		await this.#next(() => this.#connection.ask({ type: 'script', sql }, content));
	}

	async lock(): Promise<void> {
		await this.#next(() => this.#connection.ask({ type: 'lock' }));
	}

	/** Commits or rolls back. Resolves with what has become of the outcome. */
	async end<T>(outcome: RunOutcome<T>): Promise<RunOutcome<T>> {
		if (this.#last === undefined) return outcome; // Nothing was sent, so nothing was begun.
		const writes = this.#access === 'write' || this.#access === 'exclusive';
		if (outcome.type !== 'returned' || !writes) {
			this.rollBack();
			return outcome;
		}
		try {
			await this.#connection.ask({ type: 'commit' });
			return outcome;
		} catch (error) {
			const refusal = isFlotillaError(error, 'FLOTILLA_DATABASE_UNAVAILABLE')
				? commitUnknown(this.#database, error)
				: error;
			return { type: 'threw', error: refusal, refusal };
		}
	}

	rollBack(): void {
		if (this.#last !== undefined) this.#connection.tell({ type: 'end' });
	}

	#next<R>(send: () => Promise<R>): Promise<R> {
		const answer = this.#last === undefined ? send() : this.#last.then(send);
		this.#last = answer;
		return answer;
	}
}

function commitUnknown(database: string, cause: unknown): FlotillaError {
	const message = `The connection to database ${database} was lost during a COMMIT: it may have taken effect.`;
	return new FlotillaError('FLOTILLA_COMMIT_UNKNOWN', message, { effect: 'unknown', cause });
}

function unavailable(database: string, reason: string): FlotillaError {
	const message = `Database ${database} is unavailable: ${reason}.`;
	return new FlotillaError('FLOTILLA_DATABASE_UNAVAILABLE', message);
}

/** A connection to a database machine. Requests are answered in order. */
class Connection {
	readonly #database: string;
	readonly #channel: Channel;
	readonly #waiting: ((answer: Answer | undefined) => void)[] = [];
	#open = true;
	notified: ((message: string) => void) | undefined;
	lost: (() => void) | undefined;

	constructor(database: string, channel: Channel) {
		this.#database = database;
		this.#channel = channel;
		channel.start({
			message: (payload) => this.#receive(payload as Answer),
			closed: () => {
				if (!this.#open) return;
				this.#open = false;
				for (const settle of this.#waiting.splice(0)) settle(undefined);
				this.lost?.();
			},
		});
	}

	get isOpen(): boolean {
		return this.#open;
	}

	ask(request: Request, content?: Content): Promise<Answer> {
		if (!this.#open) return Promise.reject(unavailable(this.#database, 'the connection was lost'));
		this.tell(request, content);
		return new Promise((resolve, reject) => {
			this.#waiting.push((answer) => {
				if (answer === undefined) {
					reject(unavailable(this.#database, 'the connection was lost'));
				} else if (answer.type === 'refused') reject(answer.error);
				else resolve(answer);
			});
		});
	}

	tell(request: Request, { digest, length }: Content = contentOf(request)): void {
		if (!this.#open) return;
		this.#channel.send({
			payload: request,
			sizeBytes: 40 + length,
			digest,
			describe: () => describe(request),
		});
	}

	end(): void {
		this.#open = false;
		this.#channel.end();
	}

	#receive(answer: Answer): void {
		if (answer.type === 'notified') {
			for (const message of answer.messages) this.notified?.(message);
		} else this.#waiting.shift()?.(answer);
	}
}

/** What of a request is on the wire besides its type. */
interface Content {
	/** All of it that matters. */
	readonly digest: string;
	/** Of its text. */
	readonly length: number;
}

function contentOf(request: Request): Content {
	const digest = request.type === 'notify' ? request.messages.join('\n') : request.type;
	return { digest, length: digest.length };
}

/** The same few statements are run again and again. */
const digests = new WeakMap<
	readonly string[],
	{ readonly hash: number; readonly length: number }
>();

function digestOf(strings: readonly string[]): { readonly hash: number; readonly length: number } {
	const known = digests.get(strings);
	if (known !== undefined) return known;
	const text = strings.join('?');
	const digest = { hash: hashOf(text), length: text.length };
	digests.set(strings, digest);
	return digest;
}

/** How much of a statement is kept in words. */
const WORDS_LENGTH = 400;

/** A statement with its values in their places. */
function statementInWords({ strings, values }: SqlStatement): string {
	const text = strings.reduce((left, right, index) => {
		const value = values[index - 1];
		return `${left}${typeof value === 'bigint' ? value : JSON.stringify(value)}${right}`;
	});
	return text.replaceAll(/\s+/g, ' ').trim().slice(0, WORDS_LENGTH);
}

function describe(request: Request): string {
	return request.type === 'run' ? statementInWords(request.statement) : request.type;
}

/** How many transactions of a process may be open at once, and how long others wait. */
const CONNECTIONS_MAX = 10;

/** The connections of one process to one database. */
class Connections {
	readonly #database: string;
	readonly #options: SimulatedDatabasesOptions;
	readonly #idle: Connection[] = [];
	readonly #waiting: (() => void)[] = [];
	#used = 0;
	#closed = false;

	constructor(database: string, options: SimulatedDatabasesOptions) {
		this.#database = database;
		this.#options = options;
	}

	async open(): Promise<Connection> {
		const { network, process } = this.#options;
		const host = databaseMachineName(this.#database);
		try {
			const channel = await network.openChannel(process, { host, port: DATABASE_PORT });
			return new Connection(this.#database, channel);
		} catch (error) {
			throw unavailable(this.#database, (error as Error).message.replace(/\.$/, ''));
		}
	}

	async acquire(): Promise<Connection> {
		while (this.#used >= CONNECTIONS_MAX) {
			await new Promise<void>((resolve) => this.#waiting.push(resolve));
		}
		this.#used += 1;
		try {
			for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
				if (idle.isOpen) return idle;
			}
			return await this.open();
		} catch (error) {
			this.#free();
			throw error;
		}
	}

	release(connection: Connection): void {
		if (connection.isOpen && !this.#closed) this.#idle.push(connection);
		else if (connection.isOpen) connection.end();
		if (this.#used > 0) this.#free();
	}

	close(): void {
		this.#closed = true;
		for (const connection of this.#idle.splice(0)) connection.end();
	}

	#free(): void {
		this.#used -= 1;
		this.#waiting.shift()?.();
	}
}
