/** Something that is measured, running and ready to take operations. */
export interface Subject<Answer = unknown> {
	/** How many operations one call of `operate` stands for; 1 when absent. */
	readonly operationsAtOnce?: number;

	/**
	 * Does the whole operation once, or `operationsAtOnce` of them. `n` differs from call to call and must reach the answer, so that
	 * no answer can come from an earlier one.
	 */
	operate(n: number): Promise<Answer>;

	/** Whether this is the answer to operation `n`. Called for every operation. */
	isRight(n: number, answer: Answer): boolean;

	/** How often the code at the far end of the operation has run so far. */
	handlerRuns(): number | Promise<number>;

	/**
	 * The processes that do the work, when it is not this one, which then only makes load: processor
	 * time and memory are theirs, with those of all their descendants. Called before and after rounds.
	 */
	processes?(): readonly number[];

	/** What it takes to have it, where that is measured as well. */
	readonly footprint?: Footprint;

	/**
	 * Shows that everything the variant's name promises was in force, and throws when not. Called
	 * after the last round, so that its provoked failures do not change what the compiler has learnt.
	 */
	prove?(): Promise<void>;

	close?(): void | Promise<void>;
}

/** What a system takes before it does anything. */
export interface Footprint {
	readonly processes: number;
	/** Neither blank nor comment. */
	readonly linesOfCode: number;
	/** From the start of its processes, on an empty folder, to its first answer: the median of some starts. */
	readonly coldStartMs: number;
}

/** What a subject's own module exports. It alone imports what the subject needs. */
export interface SubjectModule {
	start(): Promise<Subject>;
}

/** A subject as a bench lists it: its module is loaded only in the process that measures it. */
export interface BenchSubject {
	/** Unique in its bench. */
	readonly id: string;
	/** Subjects are compared within their group; absent: with all others that have none. */
	readonly group?: string;
	/** Whose it is: `Moleculer`. */
	readonly subject: string;
	/** What is switched on. */
	readonly variant: string;
	readonly load: () => Promise<SubjectModule>;
	/** Why it cannot take part on this machine, in words; absent or `undefined` when it can. */
	readonly missing?: () => string | undefined;
}
