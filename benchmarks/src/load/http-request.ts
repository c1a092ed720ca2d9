export interface HttpRequest {
	readonly method: string;
	/** With its query. */
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Sent as JSON; ASCII. */
	readonly body?: unknown;
}

/** As it goes over the wire. */
export function textOf({ method, path, headers = {}, body }: HttpRequest): string {
	let text = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n`;
	for (const [name, value] of Object.entries(headers)) text += `${name}: ${value}\r\n`;
	if (body === undefined) return `${text}\r\n`;
	const json = JSON.stringify(body);
	return `${text}content-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`;
}
