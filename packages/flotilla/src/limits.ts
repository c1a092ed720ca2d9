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
	/** How long closing waits for calls under way, and after them for deliveries to other processes. */
	drainMs: 10_000,
	/** Bytes of a frame between instances: an answer of `answerLength` fits, whatever its characters. */
	frameBytes: 16_777_216,
	/** Bytes of a frame from somebody who has not proved yet that it belongs to the fleet. */
	handshakeBytes: 16_384,
	/** How long connecting to an instance may take, and after it how long the handshake. */
	connectMs: 3_000,
	/** Connections from other instances; more are closed. */
	connectionsAccepted: 10_000,
	/** Bytes that wait to leave for an instance; beyond it calls are refused with `FLOTILLA_OVERLOADED`, and one that does not take its answers is left. */
	connectionBytesWaiting: 67_108_864,
	/** Silence after which an instance that owes an answer is asked whether it is still there. */
	pingEveryMs: 2_000,
	/** The same for an instance that owes nothing. */
	pingIdleEveryMs: 10_000,
	/** How long it may take to say so; then the connection is given up. */
	pongWithinMs: 4_000,
	/** Silence after which an instance that asks is taken for gone: it would have asked for an answer. */
	silenceMs: 30_000,
	/** How long an instance that could not be reached is left alone at first. */
	instancePauseFirstMs: 50,
	/** How long at most. */
	instancePauseMaxMs: 2_000,
	/** How often a call between instances is tried when that is safe. */
	callAttempts: 8,
	/** The longest wait between two of them. */
	callRetryMaxMs: 250,
	/** Items of a streaming result from another instance that are sent before their reader wants them. */
	streamItemsAhead: 16,
	/** How often a service says again which events it listens to. */
	subscriptionRenewEveryMs: 600_000,
	/** How long a service gets events of a kind that its newer instances do not name any more. */
	subscriptionKeptMs: 3_600_000,
	/** How often a service looks for subscriptions that nobody told it of. */
	subscriptionsReadEveryMs: 10_000,
	/** How long an instance may take over one event; then another one is asked. */
	deliveryAnswerMs: 30_000,
	/** Without a sign of life for so long, an instance loses the lease to deliver its service's events. */
	deliveryLeaseMs: 5_000,
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
	/** Calls of one operation that a double remembers, the last ones. */
	doubleCalls: 1_000,
} as const;
