/**
 * Every bound that the platform sets on what can grow, in one place. docs/reference/limits.md is
 * made from this table. This file imports nothing, so every layer may use it.
 */
export const limits = {
	/** Calls under way in one process; more are refused with `FLOTILLA_OVERLOADED`. */
	callsUnderWay: 10_000,
	/** Streaming results open in one process; more are refused with `FLOTILLA_OVERLOADED`. */
	streamsOpen: 10_000,
	/** Calls nested in calls; deeper ones are refused: a cycle between services is the usual cause. */
	callDepth: 32,
	/** Objects and arrays nested in each other in what crosses a service boundary. */
	jsonDepth: 200,
	/** Label sets of one metric; further ones are counted together as `other`. */
	seriesPerMetric: 2_000,
	/** Characters of an idempotency key. */
	idempotencyKeyLength: 255,
	/** How long answers are kept under their idempotency keys, and seen events under their ids: 7 days. */
	onceKeptMs: 604_800_000,
	/** How far in the future the time in a generated idempotency key may lie. */
	idempotencyKeyAheadMs: 86_400_000,
	/** Expired rows of the once table that one sweep deletes in a transaction. */
	onceSweepRows: 500,
	/** How often the once table is swept. */
	onceSweepEveryMs: 600_000,
	/** Characters of an answer that is recorded, as JSON. */
	answerLength: 4_194_304,
	/** Events of one transaction. */
	eventsPerTransaction: 1_000,
	/** Characters of the data of one event, as JSON. */
	eventLength: 1_048_576,
	/** Characters of an ordering key. */
	orderingKeyLength: 255,
	/** Rows that one `t.all` returns. */
	rowsPerQuery: 10_000,
	/** Events of one service read ahead for one subscriber. Of a key that is stuck only one counts. */
	eventsReadAhead: 2_048,
	/** Of these, events of one ordering key: a busy one leaves room for others. */
	eventsReadAheadOfKey: 128,
	/** Deliveries to one subscriber under way at once, each of another ordering key. */
	deliveriesUnderWay: 64,
	/** The longest wait between two attempts to deliver an event. */
	deliveryRetryMaxMs: 30_000,
	/** How often the events that wait for a subscriber are counted. */
	outboxMeasureEveryMs: 10_000,
	/** How often a service looks for events and changes that nobody told it of. */
	pollEveryMs: 1_000,
	/** How long closing waits for calls under way. */
	drainMs: 10_000,
	/** Prepared statements kept for one connection by their text. */
	statementsKept: 500,
	/** Transactions, and snapshots, of one SQLite database that wait for their turn; more are refused with `FLOTILLA_OVERLOADED`. */
	transactionsWaiting: 10_000,
	/** SQLite transactions that share a COMMIT. More would make the first of them wait for little gain. */
	transactionsPerCommit: 256,
	/** Snapshots of one SQLite database that run before other work has its turn. */
	snapshotsPerTurn: 256,
	/** Bytes of what the processes of one database tell each other of a change. */
	notificationBytes: 4_000,
	/** Bytes that wait to leave on one connection before `write` says to stop. */
	streamBytesWaiting: 1_048_576,
	/** Bytes of datagrams that wait to leave; further ones are dropped. */
	datagramBytesWaiting: 1_048_576,
	/** Bytes of a log line; a longer one is shortened. */
	logLineBytes: 65_536,
	/** Bytes of log lines that wait for a slow reader; beyond it records are dropped and counted. */
	logBytesWaiting: 8_388_608,
	/** How long a flush of the log, and so the end of the process, waits for a reader that stands still. */
	logFlushMs: 2_000,
	/** How long a program that is asked to stop while it starts may go on starting. */
	startAbandonedMs: 5_000,
	/** UTF-8 bytes of a password. */
	passwordBytes: 1_024,
	/** Passwords that wait to be hashed; more are refused with `FLOTILLA_OVERLOADED`. They are 4 to 8 seconds of work: who waited longer would only wait past the usual deadline of 10 seconds. */
	passwordsWaiting: 64,
	/** Outgoing HTTP connections to one origin. */
	httpConnectionsPerOrigin: 256,
	/** Keys whose parsed form is kept. */
	keysKept: 256,
} as const;
