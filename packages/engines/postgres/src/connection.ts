import { FlotillaError } from 'flotilla/adapter';
import connect from 'postgres';
import { decodeBytes, decodeInteger, decodeNumeric } from './decoding.ts';

/** How long to wait for a server that does not answer at all. */
const CONNECT_TIMEOUT_S = 10;

/** How long after the server should have ended a statement we give up waiting for its answer. */
const ANSWER_GRACE_MS = 5_000;

/** Beyond this the server ends a transaction whose client has stopped, to free its locks. */
const IDLE_IN_TRANSACTION_MS = 60_000;

export interface ConnectionOptions {
	/** Where to connect, with the database that it names unless `database` says otherwise. */
	readonly url: string;
	readonly database?: string;
	readonly schema?: string;
	readonly applicationName: string;
	readonly statementTimeoutMs: number;
	readonly onNotification?: (message: string) => void;
}

/** The part of an answer of the driver that we use: an array of rows with two properties. */
interface DriverAnswer extends ReadonlyArray<Readonly<Record<string, unknown>>> {
	/** The command tag, such as `INSERT`; null when there was no statement. */
	readonly command: string | null;
	readonly count: number | null;
}

/** The part of the driver that we use, with a single connection in its pool. */
interface Driver {
	unsafe(
		text: string,
		values: unknown[],
		options: { prepare?: boolean; simple?: boolean },
	): Promise<DriverAnswer>;
	end(options: { timeout: number }): Promise<void>;
}

export interface SendOptions {
	/** Whether the server is to keep the statement compiled. */
	readonly prepare?: boolean;
	/** Whether to wait for an answer for as long as it takes. */
	readonly patient?: boolean;
}

/** What came back for one statement. */
export interface Answer {
	readonly rows: readonly Readonly<Record<string, unknown>>[];
	readonly command: string;
	readonly count: number;
}

/**
 * One connection to PostgreSQL, for as long as it lasts.
 *
 * The driver would connect again on its own and send there what was waiting: the rest of a
 * transaction would then run without its beginning. So a connection that was lost is never used
 * again, and no statement is sent before the one before it was answered, but for the first after
 * BEGIN.
 */
export class PostgresConnection {
	readonly #driver: Driver;
	readonly #answerLimitMs: number;
	#lost = false;
	#onLost: () => void = () => {};

	/** Rejects with what the driver or the server says. */
	static async open(options: ConnectionOptions): Promise<PostgresConnection> {
		const connection = new PostgresConnection(options);
		try {
			// An acknowledged transaction is to be durable, whatever the default of the server is.
			await connection.execute(
				`select case when current_setting('synchronous_commit') = 'off'
					then set_config('synchronous_commit', 'on', false) end`,
			);
			return connection;
		} catch (error) {
			await connection.close();
			throw error;
		}
	}

	private constructor(options: ConnectionOptions) {
		const driver = connect(options.url, {
			...(options.database !== undefined && { database: options.database }),
			max: 1,
			max_lifetime: null,
			idle_timeout: 0,
			connect_timeout: CONNECT_TIMEOUT_S,
			fetch_types: false,
			connection: {
				application_name: options.applicationName,
				statement_timeout: options.statementTimeoutMs,
				idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
				bytea_output: 'hex',
				...(options.schema !== undefined && { search_path: `"${options.schema}"` }),
			},
			types,
			onnotice: () => {},
			onclose: () => this.#lose(),
			...({
				onnotify: (_channel: string, message: string) => options.onNotification?.(message),
			} as object),
		});
		this.#driver = driver as unknown as Driver;
		this.#answerLimitMs = options.statementTimeoutMs + ANSWER_GRACE_MS;
	}

	get lost(): boolean {
		return this.#lost;
	}

	/** Calls `listener` once, when the connection is lost. */
	onLost(listener: () => void): void {
		this.#onLost = listener;
	}

	/** Runs one statement with parameters `$1`, `$2` and so on. */
	execute(
		text: string,
		values: readonly unknown[] = [],
		{ prepare = false, patient = false }: SendOptions = {},
	): Promise<Answer> {
		return this.#send(text, values, { prepare, simple: false }, patient);
	}

	/** Runs statements without parameters, separated by semicolons; waits for as long as it takes. */
	async script(sql: string): Promise<void> {
		await this.#send(sql, [], { simple: true }, true);
	}

	/** Ends the connection at once; the server rolls back what is open. */
	async close(): Promise<void> {
		this.#lose();
		await this.#driver.end({ timeout: 0 }).catch(() => {});
	}

	async #send(
		text: string,
		values: readonly unknown[],
		options: { prepare?: boolean; simple?: boolean },
		patient: boolean,
	): Promise<Answer> {
		if (this.#lost) throw Object.assign(new Error('the connection was lost'), { code: '08003' });
		const query = this.#driver.unsafe(text, [...values], options);
		// Otherwise the driver keeps an entry for each failure, for ever.
		Reflect.defineProperty(query, 'origin', { value: '' });
		// The network may have stopped to carry anything, without a word.
		const limit = patient ? undefined : setTimeout(() => void this.close(), this.#answerLimitMs);
		try {
			const answer = await query;
			return { rows: [...answer], command: answer.command ?? '', count: answer.count ?? 0 };
		} catch (error) {
			if (endsConnection(error)) this.#lose();
			throw error;
		} finally {
			clearTimeout(limit);
		}
	}

	#lose(): void {
		if (this.#lost) return;
		this.#lost = true;
		this.#onLost();
	}
}

/** Whether the server has closed the connection with this error, or the network has. */
export function endsConnection(error: unknown): boolean {
	const { severity, code } = error as { readonly severity?: string; readonly code?: unknown };
	if (severity !== undefined) return severity === 'FATAL' || severity === 'PANIC';
	// Codes of the driver and of Node.js. An error of our own decoding concerns a value only.
	return (
		typeof code === 'string' &&
		!(error instanceof FlotillaError) &&
		code !== 'MAX_PARAMETERS_EXCEEDED'
	);
}

/**
 * Parameters go as text in PostgreSQL's own notation; what the driver would do to them depends on
 * the type of the column, and is not always what was meant.
 */
const types = {
	integer: { to: 20, from: [20], serialize: toText, parse: decodeInteger },
	numeric: { to: 1700, from: [1700], serialize: toText, parse: decodeNumeric },
	json: { to: 114, from: [114, 3802], serialize: toText, parse: JSON.parse },
	boolean: { to: 16, from: [16], serialize: toText, parse: (text: string) => text === 't' },
	bytea: { to: 17, from: [17], serialize: toText, parse: decodeBytes },
	moment: { to: 1184, from: [1082, 1114, 1184], serialize: toText, parse: (text: string) => text },
};

function toText(value: unknown): string {
	if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
	return String(value);
}
