import { type ConnectionOptions, PostgresConnection } from './connection.ts';

/** The longest message, in bytes of UTF-8; PostgreSQL takes 7_999 with what we put in front. */
const MESSAGE_BYTES_MAX = 4_000;

/** Pauses between attempts to listen again after the connection was lost. */
const AGAIN_FIRST_MS = 100;
const AGAIN_MAX_MS = 10_000;

/**
 * Messages between the processes that have a database open, over LISTEN and NOTIFY on a connection
 * of their own: outside of any transaction, because a NOTIFY in one takes a lock that all such
 * transactions share. While the connection is lost, messages are lost as well.
 */
export class Notifications {
	readonly #options: ConnectionOptions;
	readonly #channel: string;
	/** In front of each message, to know our own. */
	readonly #sender: string = crypto.randomUUID();
	readonly #outgoing: Set<string> = new Set();
	#listener: (message: string) => void = () => {};
	#connection: PostgresConnection | undefined;
	#sending = false;
	#closed = false;
	#again: ReturnType<typeof setTimeout> | undefined;

	/** Resolves once it hears. */
	static async open(options: ConnectionOptions, channel: string): Promise<Notifications> {
		const notifications = new Notifications(options, channel);
		await notifications.#listen();
		return notifications;
	}

	private constructor(options: ConnectionOptions, channel: string) {
		this.#options = options;
		this.#channel = channel;
	}

	/** Throws `TypeError` when the message is too long. */
	notify(message: string): void {
		if (Buffer.byteLength(message) > MESSAGE_BYTES_MAX) {
			throw new TypeError(`a notification has at most ${MESSAGE_BYTES_MAX} bytes`);
		}
		this.#outgoing.add(message);
		if (this.#sending) return;
		this.#sending = true;
		setImmediate(() => void this.#send());
	}

	onNotify(listener: (message: string) => void): void {
		this.#listener = listener;
	}

	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#again);
		await this.#connection?.close();
	}

	/** What was asked for in one turn goes in one statement, equal messages once. */
	async #send(): Promise<void> {
		while (this.#outgoing.size > 0) {
			const messages = JSON.stringify([...this.#outgoing]);
			this.#outgoing.clear();
			try {
				await this.#connection?.execute(
					`select pg_notify($1, $2 || message) from json_array_elements_text($3::json) as message`,
					[this.#channel, this.#sender, messages],
					{ prepare: true },
				);
			} catch {
				// At most once: whoever relies on a message also polls.
			}
		}
		this.#sending = false;
	}

	#receive(payload: string): void {
		if (payload.startsWith(this.#sender)) return;
		this.#listener(payload.slice(this.#sender.length));
	}

	async #listen(): Promise<void> {
		const connection = await PostgresConnection.open({
			...this.#options,
			onNotification: (payload) => this.#receive(payload),
		});
		try {
			await connection.execute(`listen "${this.#channel}"`);
		} catch (error) {
			await connection.close();
			throw error;
		}
		if (this.#closed) {
			await connection.close();
			return;
		}
		this.#connection = connection;
		connection.onLost(() => this.#listenAgain(AGAIN_FIRST_MS));
	}

	#listenAgain(waitMs: number): void {
		if (this.#closed) return;
		this.#again = setTimeout(() => {
			this.#listen().catch(() => this.#listenAgain(Math.min(AGAIN_MAX_MS, waitMs * 2)));
		}, waitMs);
	}
}
