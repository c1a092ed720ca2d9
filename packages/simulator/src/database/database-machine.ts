import {
	FlotillaError,
	makeDurable,
	type RandomSource,
	type SqliteConnection,
	type SqliteValue,
	type SqlResult,
	type SqlRow,
	type SqlStatement,
	StatementCache,
	sqliteError,
} from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import { type FaultScope, faultScope } from '../kernel/fault-decisions.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { MICROSECOND_MS, type Scheduled } from '../kernel/scheduler.ts';
import { MachineProcess } from '../machine/process.ts';
import type { Channel } from '../network/channel.ts';
import type { SimulatedNetwork } from '../network/simulated-network.ts';
import { messageOf } from '../scenario/assertions.ts';
import {
	type Access,
	type Answer,
	DATABASE_PORT,
	databaseMachineName,
	type Request,
} from './database-protocol.ts';
import { SimulatedSqlite } from './simulated-sqlite.ts';

export interface DatabaseMachineOptions {
	readonly kernel: Kernel;
	readonly network: SimulatedNetwork;
	/** The name of the service that the database belongs to. */
	readonly service: string;
}

/** How long a statement takes, and each row of its answer, and a COMMIT with its sync. */
const STATEMENT_MS = 0.05;
const ROW_MS = 0.002;
const COMMIT_MS = 0.5;

/** How long a transaction waits for its turn, and how long the one whose turn it is may be silent. */
const TURN_LIMIT_MS = 5_000;
const SILENCE_LIMIT_MS = 10_000;

const CONNECTION_LOST = 0.002;
const COMMIT_UNKNOWN = 0.01;
const SERIALIZATION_FAILURE = 0.02;
const SLOW_STATEMENT = 0.01;
const SLOW_MS_MAX = 3_000;
const slowSalt = hashOf('slow statement');
const unknownSalt = hashOf('unknown commit');

/**
 * The machine with the database of one service. Transactions are serializable because they run one
 * after another, and snapshots are because they are taken again when they are not; what else an engine may do to its clients (lose a connection, ask for another try, be
 * slow, stop) it does as faults.
 */
export class DatabaseMachine {
	readonly name: string;
	readonly #options: DatabaseMachineOptions;
	readonly #sqlite: SimulatedSqlite;
	readonly #random: RandomSource;
	readonly #scope: FaultScope;
	readonly #atCommit: FaultScope;
	readonly #sessions = new Set<Session>();
	/** Whose turn it is, and who comes after. */
	#holder: Session | undefined;
	readonly #queue: Session[] = [];
	/** How many transactions have been committed. */
	#commits = 0;
	#engine: Engine;
	#process: MachineProcess | undefined;
	#incarnations = 0;
	/** How many there have been: which faults strike depends on that, not on which others have struck. */
	#statements = 0;
	#commitsAsked = 0;

	constructor(options: DatabaseMachineOptions) {
		const { kernel, service } = options;
		this.name = databaseMachineName(service);
		this.#options = options;
		this.#random = kernel.chance.stream(`database of ${service}`);
		this.#scope = faultScope(this.name);
		this.#atCommit = faultScope(`${this.name} at COMMIT`);
		this.#sqlite = new SimulatedSqlite({
			wallMs: () => this.#process?.wallMs() ?? 0,
			uint32: () => this.#random.uint32(),
		});
		this.#engine = this.#openEngine();
		this.#start();
	}

	/** `undefined` while the machine is down. */
	get process(): MachineProcess | undefined {
		return this.#process;
	}

	/** Reads the last committed state, whatever is open. */
	rows(sql: string, values: readonly SqliteValue[] = []): readonly SqlRow[] {
		return this.#sqlite.rows(sql, values);
	}

	/** Calls `listener` right after every commit. It must not throw. */
	onCommit(listener: () => void): void {
		this.#sqlite.onCommit(listener);
	}

	/** The machine stops: what is open is rolled back, connections are lost. */
	crash(): void {
		const process = this.#process;
		if (process === undefined) return;
		this.#process = undefined;
		process.die();
		for (const session of this.#sessions) session.forget();
		this.#sessions.clear();
		this.#queue.length = 0;
		this.#holder = undefined;
		this.#sqlite.losePower(this.#random);
		this.#options.network.processDied(process, 'power-loss');
		this.#options.network.machineDown(this.name);
	}

	restart(): void {
		if (this.#process !== undefined) return;
		this.#engine = this.#openEngine();
		this.#start();
	}

	/** Frees the memory. */
	close(): void {
		this.#sqlite.close();
	}

	#openEngine(): Engine {
		const connection = this.#sqlite.connect();
		makeDurable(connection);
		const statements = new StatementCache(connection);
		const reads = new StatementCache(connection, { refusesWrites: true });
		return {
			connection,
			statementsOf: {
				read: reads,
				'long read': reads,
				write: statements,
				exclusive: statements,
			},
		};
	}

	#start(): void {
		const { kernel, network } = this.#options;
		const clock = { offsetMs: 0, drift: 0 };
		const process = new MachineProcess(kernel, this.name, ++this.#incarnations, clock);
		this.#process = process;
		network.machineUp(this.name);
		network.listenChannel(process, DATABASE_PORT, (channel) => this.#accept(channel));
	}

	#accept(channel: Channel): void {
		const session = new Session(channel, {
			handle: (request) => this.#handle(session, request),
			closed: () => this.#closed(session),
		});
		this.#sessions.add(session);
	}

	#closed(session: Session): void {
		this.#sessions.delete(session);
		const place = this.#queue.indexOf(session);
		if (place >= 0) this.#queue.splice(place, 1);
		this.#abandon(session);
	}

	#handle(session: Session, request: Request): void {
		session.heardAtMs = this.#options.kernel.nowMs;
		switch (request.type) {
			case 'run':
				if (request.begin === 'read') this.#beginSnapshot(session, request.statement);
				else if (request.begin !== undefined) {
					this.#takeTurn(session, request.begin, () => this.#run(session, request.statement));
				} else if (session.snapshot !== undefined) this.#readOn(session, request.statement);
				else this.#whenHolding(session, () => this.#run(session, request.statement));
				break;
			case 'lock':
				this.#takeTurn(session, 'exclusive', () => session.answer({ type: 'done' }));
				break;
			case 'script':
				this.#whenHolding(session, () => this.#script(session, request.sql));
				break;
			case 'commit':
				this.#whenHolding(session, () => this.#commit(session));
				break;
			case 'end':
				this.#abandon(session);
				break;
			case 'listen':
				session.listens = true;
				session.answer({ type: 'done' });
				break;
			case 'notify':
				for (const other of this.#sessions) {
					if (other === session || !other.listens) continue;
					other.answer({ type: 'notified', messages: request.messages });
				}
		}
	}

	/** A transaction that has been rolled back meanwhile gets no further. */
	#whenHolding(session: Session, perform: () => void): void {
		if (this.#holder === session) perform();
		else session.destroy();
	}

	/** Nothing else happens from now on until its end. */
	#takeTurn(session: Session, access: Exclude<Access, 'read'>, begun: () => void): void {
		this.#whenFree(session, access, () => {
			this.#holder = session;
			session.access = access;
			this.#engine.connection.exec(access === 'long read' ? 'begin' : 'begin immediate');
			begun();
		});
	}

	/** What reads keeps nobody else waiting. */
	#beginSnapshot(session: Session, statement: SqlStatement): void {
		this.#whenFree(session, 'read', () => {
			session.access = 'read';
			session.snapshot = this.#commits;
			this.#run(session, statement);
		});
	}

	/** A snapshot of which something has changed meanwhile cannot go on: it is to be taken again. */
	#readOn(session: Session, statement: SqlStatement): void {
		this.#whenFree(session, 'read', () => {
			if (session.snapshot === this.#commits) this.#run(session, statement);
			else this.#refuse(session, contention('read on when others had committed'));
		});
	}

	/** Calls `begin` as soon as nobody has a turn, one session after another. */
	#whenFree(session: Session, access: Access, begin: () => void): void {
		if (this.#holder === undefined) {
			begin();
			return;
		}
		session.begin = () => {
			session.turnLimit?.cancel();
			begin();
		};
		this.#queue.push(session);
		if (access === 'exclusive') return;
		session.turnLimit = this.#after(TURN_LIMIT_MS, () => {
			const place = this.#queue.indexOf(session);
			if (place < 0) return;
			this.#queue.splice(place, 1);
			session.answer(refused(contention(`waited ${TURN_LIMIT_MS} ms for its turn`)));
		});
	}

	/** Rolls back what the session has open. */
	#abandon(session: Session): void {
		session.snapshot = undefined;
		if (this.#holder === session) this.#endTurn(session, 'rollback');
	}

	#endTurn(session: Session, how: 'commit' | 'rollback'): void {
		session.busy?.cancel();
		const { connection } = this.#engine;
		try {
			if (connection.inTransaction) connection.exec(how);
			if (how === 'commit') this.#commits++;
		} finally {
			this.#holder = undefined;
			while (this.#holder === undefined && this.#queue.length > 0) this.#queue.shift()?.begin();
		}
	}

	#run(session: Session, statement: SqlStatement): void {
		const number = this.#statements++;
		const text = (): string => statement.strings.join('?').replaceAll(/\s+/g, ' ').trim();
		if (this.#strikes('database.connection-lost', number, CONNECTION_LOST)) {
			this.#abandon(session);
			session.destroy();
			return;
		}
		if (this.#strikes('database.serialization-failure', number, SERIALIZATION_FAILURE / 4)) {
			this.#refuse(session, contention('lost against another one'));
			return;
		}
		const slow = this.#strikes('database.slow-statement', number, SLOW_STATEMENT);
		const slowMs = slow ? SLOW_MS_MAX * this.#draw(slowSalt, number) : 0;
		let result: SqlResult;
		try {
			result = this.#engine.statementsOf[session.access].execute(statement);
		} catch (error) {
			this.#refuse(session, sqliteError(this.#options.service, error));
			return;
		}
		const rows = JSON.stringify(result.rows);
		// What was asked has been in the hash since the request arrived.
		this.#options.kernel.note(this.name, 'sql', rows, () => `${text()} → ${rows.slice(0, 120)}`);
		const tookMs = STATEMENT_MS + ROW_MS * result.rows.length;
		this.#answer(session, { type: 'result', result }, { tookMs, slowMs, length: rows.length });
	}

	#script(session: Session, sql: string): void {
		try {
			this.#engine.connection.exec(sql);
			this.#options.kernel.note(this.name, 'sql', sql, () => sql.trim().slice(0, 120));
		} catch (error) {
			this.#refuse(session, sqliteError(this.#options.service, error));
			return;
		}
		this.#answer(session, { type: 'done' }, { tookMs: STATEMENT_MS, slowMs: 0, length: 0 });
	}

	#commit(session: Session): void {
		const number = this.#commitsAsked++;
		if (session.access === 'write') {
			if (this.#strikes('database.commit-unknown', number, COMMIT_UNKNOWN, this.#atCommit)) {
				this.#endTurn(session, this.#draw(unknownSalt, number) < 0.5 ? 'commit' : 'rollback');
				session.destroy();
				return;
			}
			const share = SERIALIZATION_FAILURE;
			if (this.#strikes('database.serialization-failure', number, share, this.#atCommit)) {
				this.#refuse(session, contention('lost against another one at its end'));
				return;
			}
		}
		session.busy = this.#after(COMMIT_MS, () => {
			try {
				this.#endTurn(session, 'commit');
			} catch (error) {
				session.answer(refused(sqliteError(this.#options.service, error)));
				return;
			}
			session.answer({ type: 'done' });
		});
	}

	#refuse(session: Session, error: unknown): void {
		this.#abandon(session);
		session.answer(refused(error));
	}

	/** @param slowMs How much longer than usual it takes: so long that anything may come in between. */
	#answer(
		session: Session,
		answer: Answer,
		{ tookMs, slowMs, length }: { tookMs: number; slowMs: number; length: number },
	): void {
		const send = (): void => {
			session.answer(answer, length, tookMs);
			this.#watchSilence(session);
		};
		if (slowMs === 0) send();
		else session.busy = this.#after(slowMs, send);
	}

	/** Whoever has a turn and says nothing for too long loses it. One timer serves all statements. */
	#watchSilence(session: Session, waitMs: number = SILENCE_LIMIT_MS): void {
		if (session.access === 'exclusive' || session.isWatched) return;
		session.isWatched = true;
		this.#after(waitMs, () => {
			session.isWatched = false;
			if (this.#holder !== session) return;
			const leftMs = session.heardAtMs + SILENCE_LIMIT_MS - this.#options.kernel.nowMs;
			if (leftMs > MICROSECOND_MS) {
				this.#watchSilence(session, leftMs);
				return;
			}
			this.#endTurn(session, 'rollback');
			session.destroy();
		});
	}

	#after(delayMs: number, run: () => void): Scheduled {
		return this.#options.kernel.after(delayMs, this.#process, 'database', this.name, run);
	}

	#strikes(
		fault: Parameters<Kernel['faults']['strikes']>[0],
		number: number,
		probability: number,
		scope: FaultScope = this.#scope,
	): boolean {
		const { faults } = this.#options.kernel;
		return faults.strikes(fault, scope, number, probability, () => this.name);
	}

	/** A number for a decision about a statement or a COMMIT, 0 inclusive to 1 exclusive. */
	#draw(salt: number, number: number): number {
		return this.#options.kernel.chance.draw(this.#scope.hash ^ salt, number);
	}
}

/** SQLite as it has been since the machine started. */
interface Engine {
	readonly connection: SqliteConnection;
	readonly statementsOf: Readonly<Record<Access, StatementCache>>;
}

interface SessionHandlers {
	handle(request: Request): void;
	closed(): void;
}

/** A client's connection, as the machine has it. */
class Session {
	readonly #channel: Channel;
	#open = true;
	access: Access = 'read';
	listens = false;
	/** What its snapshot shows: how many transactions had been committed. */
	snapshot: number | undefined;
	/** Begins what waits until nobody has a turn. */
	begin: () => void = () => {};
	turnLimit: Scheduled | undefined;
	/** When its last request came. */
	heardAtMs = 0;
	/** Whether a timer looks after its silence. */
	isWatched = false;
	busy: Scheduled | undefined;

	constructor(channel: Channel, { handle, closed }: SessionHandlers) {
		this.#channel = channel;
		channel.start({
			message: (payload) => {
				if (this.#open) handle(payload as Request);
			},
			closed: () => {
				if (!this.#open) return;
				this.#open = false;
				this.turnLimit?.cancel();
				closed();
			},
		});
	}

	/** @param length Of the rows as text; what they are is in the hash already. */
	answer(answer: Answer, length = 0, madeInMs = 0): void {
		if (!this.#open) return;
		const describe = (): string => answerInWords(answer);
		const digest = answer.type;
		this.#channel.send({ payload: answer, sizeBytes: 40 + length, madeInMs, digest, describe });
	}

	destroy(): void {
		if (!this.#open) return;
		this.#open = false;
		this.#channel.destroy();
	}

	/** The machine is gone. */
	forget(): void {
		this.#open = false;
	}
}

function refused(error: unknown): Answer {
	return { type: 'refused', error };
}

function contention(reason: string): FlotillaError {
	return new FlotillaError('FLOTILLA_DATABASE_CONTENTION', `A transaction ${reason}.`);
}

/** How much of the rows of an answer is kept in words. */
const WORDS_LENGTH = 200;

function answerInWords(answer: Answer): string {
	if (answer.type === 'refused') return `refused: ${messageOf(answer.error)}`;
	if (answer.type !== 'result') return answer.type;
	const { rows } = answer.result;
	return rows.length === 0 ? 'rows' : `rows ${JSON.stringify(rows).slice(0, WORDS_LENGTH)}`;
}
