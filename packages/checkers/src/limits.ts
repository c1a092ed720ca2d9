/** Every bound of this package on what can grow. */
export const limits = {
	/** Steps of one search before it says `unknown`; some ten seconds. */
	searchSteps: 50_000_000,
	/** What the searches of one check remember together, in bytes. */
	searchMemoryBytes: 536_870_912,
	/** Steps that one object's search takes before the next object's has its turn. */
	stepsPerTurn: 4_096,
	/** States that a search for an order without real time remembers before it says `unknown`. */
	statesSearched: 200_000,
	/** Operations of a history whose causality is judged: a bit for each pair, some 300 MB. */
	causalOperations: 50_000,
	/** Different sums of additions whose outcome is unknown. */
	counterSums: 100_000,
	/** Operations that an explanation lists before it says how many it left out. */
	operationsListed: 12,
	/** Operations in a picture. */
	operationsDrawn: 60,
	/** Characters of a history that is read from text. */
	historyLength: 268_435_456,
	/** Collections nested in each other in an EDN value. */
	ednDepth: 200,
};
