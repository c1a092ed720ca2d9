/** What a terminal has when it does not say; and a file. */
const COLUMNS = 80;
const COLUMNS_OF_FILE = 150;
/** A line of less says nothing. */
const COLUMNS_MIN = 60;

/** How long a line may be so that it does not wrap, except on the narrowest of terminals. */
export function columnsOf(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number {
	if (!stream.isTTY) return COLUMNS_OF_FILE;
	// A terminal without a size says 0.
	return stream.columns > 0 ? stream.columns : COLUMNS;
}

/** The same for a text that is to be read rather than never to wrap. */
export function readableColumnsOf(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number {
	return Math.max(COLUMNS_MIN, columnsOf(stream));
}
