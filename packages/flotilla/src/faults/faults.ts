/**
 * Every way in which the world may fail, by the name under which a simulation or a drill switches it
 * on and under which it appears in a trace. docs/reference/faults.md is made from this table.
 */
export const faults = {
	'network.delay': 'Some bytes take far longer than others: the heavy tail of a busy link.',
	'network.loss': 'A datagram is lost; bytes of a connection arrive late, after a retransmission.',
	'network.duplicate': 'A datagram arrives twice.',
	'network.reorder': 'A datagram is overtaken by later ones.',
	'network.reset': 'A connection breaks; what was on its way is lost.',
	'network.half-open': 'A connection breaks and only one of its two ends learns of it.',
	'network.partition': 'Two groups of machines cannot reach each other.',
	'network.one-way-partition': 'Bytes from one group to the other are held; answers get through.',
	'network.bridge': 'Two groups cannot reach each other, but one machine reaches both.',
	'network.flapping': 'A link between two machines goes down and up again and again.',
	'network.slow': 'A link has little bandwidth: large messages take long.',
	'process.crash': 'A process ends between two events. Its connections are reset; its disk stays.',
	'process.power-loss':
		'A machine stops: nobody is told, and what was not synced to disk is lost or torn.',
	'process.pause':
		'A process stands still, longer than any lease, then goes on as if nothing were.',
	'process.slow': 'A machine takes long for everything that it does.',
	'process.twin':
		'A process that was thought to be dead runs beside its successor, under the same name.',
	'disk.read-error': 'Reading from a disk fails.',
	'disk.full': 'A disk has no room.',
	'disk.sync-failure': 'A sync fails, and the file stays unusable until it is opened again.',
	'clock.offset': 'A wall clock is wrong from the start.',
	'clock.drift': 'A clock goes too fast or too slow.',
	'clock.jump': 'A wall clock jumps, forward or back.',
	'database.connection-lost': 'The connection to a database machine breaks inside a transaction.',
	'database.commit-unknown': 'The connection breaks while a COMMIT is under way.',
	'database.serialization-failure': 'A database asks for a transaction to run again.',
	'database.slow-statement': 'A statement takes long.',
	'database.crash': 'A database machine stops and comes back with what was committed.',
	'point.reply-lost': 'A callee commits, and its connection breaks before the answer leaves.',
	'point.delivery-repeated': 'An event is delivered again although its subscriber has seen it.',
	'point.removal-postponed': 'An event that was seen stays in the outbox for a while.',
	'point.small-batch': 'The outbox is read one event at a time.',
} as const;

export type FaultName = keyof typeof faults;

/** Names of the faults that strike inside production code, where it asks for them. */
export type FaultPoint = Extract<FaultName, `point.${string}`>;

/**
 * How production code lets a simulation, or a drill, inject a fault: it asks at that place. A host
 * without it, such as the real world outside of drills, never says yes.
 */
export interface FaultPoints {
	/** Whether the fault happens here and now. */
	strikes(point: FaultPoint): boolean;
}
