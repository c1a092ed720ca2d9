import { FlotillaError } from 'flotilla/adapter';

/** The bounds of the edge that whoever runs it may move, within the ranges of `limitRanges`. */
export interface GatewayLimits {
	/** Bytes of a body; more is refused with 413. */
	readonly bodyBytes: number;
	/** Bytes of the request line and the headers together; more is refused with 431. */
	readonly headerBytes: number;
	/** Characters of a query string; more is refused with 414. */
	readonly queryLength: number;
	/** Objects and arrays nested in each other in a body; more is refused with 400. */
	readonly jsonDepth: number;
	/** Connections open at once; further ones are closed as soon as they are made. */
	readonly connections: number;
	/** Connections that wait until a gateway is there; further ones are closed. */
	readonly connectionsWaiting: number;
	/** Event streams open at once; more are refused with 503. */
	readonly streams: number;
	/** From the start of a connection or request until its headers are there; then 408. */
	readonly headersTimeoutMs: number;
	/** From the start of a request until its body is there; then 408. */
	readonly requestTimeoutMs: number;
	/** How long a connection stays open between requests. Longer than that of a balancer before it. */
	readonly keepAliveTimeoutMs: number;
	/** How long closing waits for what is under way; then it is cut off. */
	readonly drainTimeoutMs: number;
	/** Between two signs of life on a quiet event stream. */
	readonly heartbeatMs: number;
	/** How long a client may take nothing of an answer or event stream; soon after it is cut off. */
	readonly stallTimeoutMs: number;
}

/** What is allowed, and what holds when nothing is said. */
export const limitRanges: {
	readonly [Name in keyof GatewayLimits]: {
		readonly min: number;
		readonly standard: number;
		readonly max: number;
	};
} = {
	bodyBytes: { min: 1_024, standard: 1_048_576, max: 67_108_864 },
	headerBytes: { min: 1_024, standard: 16_384, max: 131_072 },
	queryLength: { min: 128, standard: 8_192, max: 65_536 },
	jsonDepth: { min: 2, standard: 100, max: 200 },
	connections: { min: 1, standard: 10_000, max: 1_000_000 },
	connectionsWaiting: { min: 0, standard: 1_000, max: 100_000 },
	streams: { min: 0, standard: 1_000, max: 100_000 },
	headersTimeoutMs: { min: 100, standard: 10_000, max: 120_000 },
	requestTimeoutMs: { min: 100, standard: 30_000, max: 600_000 },
	keepAliveTimeoutMs: { min: 100, standard: 65_000, max: 600_000 },
	drainTimeoutMs: { min: 0, standard: 10_000, max: 600_000 },
	heartbeatMs: { min: 100, standard: 15_000, max: 300_000 },
	stallTimeoutMs: { min: 100, standard: 60_000, max: 600_000 },
};

/** Bounds that nobody needs to move. */
export const fixedLimits = {
	/** Issues that one answer lists; the rest is left out. */
	issuesListed: 50,
	/** Seconds that `Prefer: wait` may ask for; more counts as this. */
	preferredWaitSeconds: 30,
	/** How long an answer that may still change waits for its present state, when nobody waits. */
	presentStateMs: 1_000,
	/** How long the first value of an event stream may take before its headers are sent without it. */
	firstEventMs: 1_000,
	/** How long a refused body is still taken in and dropped, so that the refusal can be read. */
	refusedBodyMs: 2_000,
	/** How long closing goes on accepting connections, once it says that it is not ready. */
	acceptLingerMs: 250,
	/** How long closing still listens on idle connections for requests that are on their way. */
	idleLingerMs: 100,
	/** Characters of a bearer token. */
	tokenLength: 8_192,
	/** Verified tokens that are remembered, so that their signatures are not checked each time. */
	tokensKept: 1_000,
	/** How long a verified token is remembered: a withdrawn key is good for so long at most, on top. */
	tokenKeptMs: 60_000,
	/** Characters of a path that matched no route, in the log. */
	loggedPathLength: 200,
	/** Files of one folder of pages. */
	pageFiles: 2_000,
	/** Bytes of the files of one folder of pages, which are kept in memory. */
	pageBytes: 67_108_864,
	/** Origins that may be named for cross-origin requests. */
	corsOrigins: 100,
	/** Seconds for which a browser may remember what a preflight allowed. */
	preflightSeconds: 600,
	/** How long a connection waits until a gateway is there. */
	connectionWaitMs: 30_000,
} as const;

/**
 * The limits with the standard filled in.
 *
 * @throws {FlotillaError} `FLOTILLA_CONFIGURATION`: one is unknown, or out of its range.
 */
export function completeLimits(given: Partial<GatewayLimits> = {}): GatewayLimits {
	for (const [name, value] of Object.entries(given)) {
		const range = limitRanges[name as keyof GatewayLimits];
		if (range === undefined) refuse(`there is no limit '${name}'`);
		if (!Number.isSafeInteger(value) || value < range.min || value > range.max) {
			refuse(`the limit '${name}' is ${value}, not ${range.min} to ${range.max}`);
		}
	}
	const standard = Object.entries(limitRanges).map(([name, range]) => [name, range.standard]);
	const limits = { ...(Object.fromEntries(standard) as unknown as GatewayLimits), ...given };
	if (limits.headersTimeoutMs > limits.requestTimeoutMs) {
		refuse('headersTimeoutMs is more than requestTimeoutMs, of which it is a part');
	}
	return limits;
}

function refuse(reason: string): never {
	throw new FlotillaError('FLOTILLA_CONFIGURATION', `The gateway cannot start: ${reason}.`);
}
