// The process of one server: `node server-process.ts MODULE_URL`, with a channel to whoever makes load.
import type { EdgeServerModule, Listening, Question, Reply } from './edge-server.ts';

const [url = ''] = process.argv.slice(2);
const { serve } = (await import(url)) as EdgeServerModule;
const server = await serve();

process.on('message', (question: Question) => {
	const reply: Reply =
		question === 'runs' ? { runs: server.handlerRuns() } : { failed: proofFailure() };
	process.send?.(reply);
});

function proofFailure(): string | undefined {
	try {
		server.prove?.();
		return undefined;
	} catch (error) {
		return (error as Error).message;
	}
}

// Ctrl+C reaches the whole group of processes; this one ends when its starter has.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
const listening: Listening = { port: server.port };
process.send?.(listening);
