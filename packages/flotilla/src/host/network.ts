/**
 * Byte streams and datagrams between machines. A stream cuts and joins what was written at will,
 * may break at any moment, and keeps order; framing is the business of whoever uses it.
 *
 * Unusable TLS options reject with `FLOTILLA_CONFIGURATION`.
 */
export interface Network {
	/**
	 * Binds the address before it resolves. Rejects with `FLOTILLA_ADDRESS_IN_USE` or
	 * `FLOTILLA_ADDRESS_UNAVAILABLE`; nothing is bound then.
	 *
	 * @param accept Called for every connection; one that was not started when it returns is destroyed.
	 */
	listen(options: ListenOptions, accept: (stream: ByteStream) => void): Promise<Listener>;

	/**
	 * Rejects with `FLOTILLA_CONNECTION_FAILED` when nobody answers within `timeoutMs`.
	 *
	 * With TLS 1.3 a refused client certificate shows only later, as a stream that closes: whoever
	 * needs to know that the other side accepts greets it first.
	 */
	connect(options: ConnectOptions): Promise<ByteStream>;

	/** Binds a datagram socket. Datagrams may be lost, doubled and reordered. */
	openDatagrams(
		options: DatagramOptions,
		receive: (bytes: Uint8Array, from: Address) => void,
	): Promise<DatagramSocket>;
}

/** A place that listens, or is to. */
export interface Address {
	/** A host name or an IP address. */
	readonly host: string;
	/** 0 to 65_535; listening on 0 lets the operating system choose. */
	readonly port: number;
}

export interface ListenOptions extends Address {
	readonly tls?: TlsOptions;
}

export interface ConnectOptions extends Address {
	readonly tls?: TlsOptions;
	/** 1 to 600_000; 10_000 when absent. */
	readonly timeoutMs?: number;
}

export interface DatagramOptions extends Address {
	/** The largest datagram that is received, 1 to 65_507; longer ones are dropped. */
	readonly maxBytes?: number;
}

/** PEM texts. With `authority`, both sides must present a certificate that it signed. */
export interface TlsOptions {
	readonly certificate?: string;
	readonly privateKey?: string;
	readonly authority?: string;
	/**
	 * The name that the server's certificate is checked against; `host` when absent. One with `://`,
	 * such as `spiffe://shop/orders`, is looked for among its URI names.
	 */
	readonly serverName?: string;
}

/** What the other side proved during the TLS handshake; absent on plain connections. */
export interface PeerIdentity {
	/** The subject alternative names of its certificate, such as `URI:spiffe://shop/orders`. */
	readonly names: readonly string[];
	/** SHA-256 of the certificate, lower-case hexadecimal. */
	readonly fingerprint: string;
}

export interface Listener {
	/** Where it really listens, with the port that the operating system chose. */
	readonly address: Address;
	/** Stops accepting. Connections that were accepted stay open: they belong to their owner. */
	close(): Promise<void>;
}

export interface ByteStream {
	readonly remote: Address;
	readonly peer?: PeerIdentity;
	/** Starts the flow. Called exactly once, by the owner, before it gives up control. */
	start(handlers: ByteStreamHandlers): void;
	/**
	 * Queues the bytes, which the stream owns from then on. False: more than 1 MiB waits to leave, so
	 * stop until `drain`. After the end of the stream the bytes are dropped.
	 */
	write(bytes: Uint8Array): boolean;
	/**
	 * Stops and restarts `data`, so that the other side is slowed down. A stream that is paused may not
	 * notice that the other side is gone.
	 */
	pause(): void;
	resume(): void;
	/**
	 * Sends what is queued, then ends. There are no half-open streams: when the other side has ended,
	 * what is queued here still leaves, and then this side ends too.
	 */
	end(): void;
	/** Drops what is queued and ends both directions at once. */
	destroy(): void;
}

export interface ByteStreamHandlers {
	data(bytes: Uint8Array): void;
	/** What `write` refused to take more of has left. */
	drain?(): void;
	/** Called once, last. With an error when the stream broke, without when both sides ended. */
	closed(error?: Error): void;
}

export interface DatagramSocket {
	readonly address: Address;
	/** Best effort: what cannot be sent is dropped in silence. The bytes are handed over. */
	send(bytes: Uint8Array, to: Address): void;
	close(): Promise<void>;
}
