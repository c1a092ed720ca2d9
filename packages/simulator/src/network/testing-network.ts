import type { Address, ByteStream, FaultName, Network } from 'flotilla/adapter';
import type { Kernel } from '../kernel/kernel.ts';
import { runAs } from '../kernel/kernel.ts';
import { type TestingProcess, testingKernel, testingProcess } from '../kernel/testing-kernel.ts';
import { SimulatedNetwork, type SimulatedNetworkOptions } from './simulated-network.ts';

/** A kernel, a network, and processes by the names of their machines. */
export class TestingNetwork {
	readonly kernel: Kernel;
	readonly network: SimulatedNetwork;

	constructor(
		options: {
			readonly seed?: number;
			readonly faults?: readonly (FaultName | readonly [FaultName, number])[];
			readonly entries?: number;
		} & Omit<SimulatedNetworkOptions, 'kernel'> = {},
	) {
		this.kernel = testingKernel(options);
		this.network = new SimulatedNetwork({ ...options, kernel: this.kernel });
	}

	process(machine: string, incarnation = 1): TestingNetworkProcess {
		const process = testingProcess(this.kernel, machine, incarnation);
		return { process, network: this.network.networkOf(process) };
	}

	kill({ process }: TestingNetworkProcess, how: 'crash' | 'power-loss'): void {
		process.alive = false;
		this.network.processDied(process, how);
		if (how === 'power-loss') this.network.machineDown(process.machine);
	}
}

export interface TestingNetworkProcess {
	readonly process: TestingProcess;
	readonly network: Network;
}

/** A stream with what it has received. */
export class TestingStream {
	readonly stream: ByteStream;
	readonly chunks: Uint8Array[] = [];
	drains = 0;
	closes = 0;
	error: Error | undefined;
	/** Called for each chunk. */
	onData: (bytes: Uint8Array) => void = () => {};

	constructor(stream: ByteStream) {
		this.stream = stream;
		stream.start({
			data: (bytes) => {
				this.chunks.push(bytes);
				this.onData(bytes);
			},
			drain: () => {
				this.drains += 1;
			},
			closed: (error) => {
				this.closes += 1;
				this.error = error;
			},
		});
	}

	get received(): Buffer {
		return Buffer.concat(this.chunks);
	}

	get text(): string {
		return this.received.toString();
	}
}

/** Listens, and keeps the streams that it accepts. */
export function serve(
	{ process, network }: TestingNetworkProcess,
	address: Partial<Address> = {},
): TestingStream[] {
	const streams: TestingStream[] = [];
	const { host = process.machine, port = 7000 } = address;
	runAs(process, () =>
		network.listen({ host, port }, (stream) => streams.push(new TestingStream(stream))),
	).catch((error: unknown) => {
		throw error;
	});
	return streams;
}

/** Connects; the promise resolves while the kernel runs. */
export async function open(
	{ process, network }: TestingNetworkProcess,
	to: Partial<Address> & { readonly host: string; readonly timeoutMs?: number },
): Promise<TestingStream> {
	const stream = await runAs(process, () => network.connect({ port: 7000, ...to }));
	return new TestingStream(stream);
}
