import type {
	Address,
	ByteStream,
	ConnectOptions,
	DatagramOptions,
	DatagramSocket,
	Listener,
	ListenOptions,
	Network,
} from '../network.ts';
import { connect } from './connect.ts';
import { openDatagrams } from './datagrams.ts';
import { listen } from './listener.ts';

/** TCP, TLS and UDP of the operating system. */
export class NodeNetwork implements Network {
	listen(options: ListenOptions, accept: (stream: ByteStream) => void): Promise<Listener> {
		return listen(options, accept);
	}

	connect(options: ConnectOptions): Promise<ByteStream> {
		return connect(options);
	}

	openDatagrams(
		options: DatagramOptions,
		receive: (bytes: Uint8Array, from: Address) => void,
	): Promise<DatagramSocket> {
		return openDatagrams(options, receive);
	}
}
