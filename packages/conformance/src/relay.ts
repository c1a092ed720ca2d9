import { app, contract, type Principal, type Service, service, stream } from 'flotilla';
import { type Databases, nodeHost } from 'flotilla/adapter';
import { type Fleet, run } from 'flotilla/run';
import { z } from 'zod';

const Letter = z.object({ key: z.string(), ordinal: z.int() });

const Sender = contract('sender', {
	version: 1,
	commands: {
		send: { input: z.object({ letters: z.array(Letter) }) },
		sendUnheard: { input: Letter },
	},
	events: { sent: { data: Letter, key: 'key' }, unheard: { data: Letter, key: 'key' } },
});

const receiverNames = ['alpha', 'beta'] as const;
export type ReceiverName = (typeof receiverNames)[number];

const receiver = (name: ReceiverName) =>
	contract(name, {
		version: 1,
		queries: {
			watch: { output: stream(z.object({ count: z.int() })) },
			letters: { output: z.object({ letters: z.array(Letter) }) },
		},
		events: { received: { data: Letter.extend({ all: z.string() }), key: 'all' } },
	});
const Receivers = { alpha: receiver('alpha'), beta: receiver('beta') };

export interface SentLetter {
	readonly key: string;
	readonly ordinal: number;
}

/** What a subscriber is told besides the letter. */
export interface Arrival {
	readonly id: string;
	readonly principal: Principal | undefined;
}

/** Called within the delivery, before or after its writes; may throw. */
export type Behaviour = (
	receiver: ReceiverName,
	letter: SentLetter,
	moment: 'before' | 'after',
	arrival: Arrival,
) => void;

const sender: Service = service(Sender, { migrations: [] }, ({ tx }) => ({
	commands: {
		send: ({ letters }) => tx((t) => letters.forEach((letter) => void t.emit.sent(letter))),
		sendUnheard: (letter) => tx((t) => t.emit.unheard(letter)),
	},
}));

/** One letter of a key arrives after the other, so this tells their order. */
let arrivals = 0;

function receiverService(name: ReceiverName, behave: Behaviour): Service {
	const migrations = [
		{
			name: '0001-letters',
			sql: `create table letters (
				arrival bigint primary key, letter_key text not null, ordinal bigint not null)`,
		},
	];
	return service(Receivers[name], { needs: { sender: Sender }, migrations }, ({ read, live }) => ({
		queries: {
			watch: () =>
				live(
					'all',
					(t) => t.one(z.object({ count: z.int() }))`select count(*) as count from letters`,
				),
			letters: async () => {
				const letters = await read(
					(t) => t.all(Letter)`select letter_key as key, ordinal from letters order by arrival`,
				);
				return { letters };
			},
		},
		on: {
			sender: {
				sent: async (letter, { id, principal, t }) => {
					behave(name, letter, 'before', { id, principal });
					await t.run`
							insert into letters (arrival, letter_key, ordinal)
							values (${++arrivals}, ${letter.key}, ${letter.ordinal})`;
					t.emit.received({ ...letter, all: 'all' });
					behave(name, letter, 'after', { id, principal });
				},
			},
		},
	}));
}

/** A sender and two receivers that listen to it. */
export interface Relay extends AsyncDisposable {
	readonly fleet: Fleet;
	/** Sends letters, in order, in one transaction. */
	send(...letters: readonly SentLetter[]): Promise<void>;
	sendUnheard(letter: SentLetter): Promise<void>;
	/** Resolves when a receiver has at least so many. */
	arrived(receiver: ReceiverName, count: number): Promise<void>;
	/** What a receiver has, in the order of arrival. */
	letters(receiver: ReceiverName): Promise<readonly SentLetter[]>;
	/** Invokes `send` for somebody. */
	sendFor(principal: Principal, letter: SentLetter): Promise<void>;
}

export async function openRelay(
	{ databases, dataDir }: { readonly databases: Databases; readonly dataDir: string },
	behave: Behaviour,
	receivers: readonly ReceiverName[] = receiverNames,
): Promise<Relay> {
	const services = receivers.map((name) => receiverService(name, behave));
	const host = { ...nodeHost(), logs: { write: () => {}, flush: () => Promise.resolve() } };
	const fleet = await run(app('relay', [sender, ...services]), { dataDir, databases, host });
	const client = fleet.client(Sender);
	const send = Sender.operations.get('send');
	if (send === undefined) throw new Error('the contract has lost an operation');
	return {
		fleet,
		send: async (...letters) => void (await client.send({ letters: [...letters] })),
		sendUnheard: async (letter) => void (await client.sendUnheard(letter)),
		sendFor: async (principal, letter) =>
			void (await fleet.invoke(send, { letters: [letter] }, { principal })),
		arrived: async (name, count) => {
			const counts = fleet.client(Receivers[name]).watch();
			for await (const { count: present } of counts) if (present >= count) return;
		},
		letters: async (name) => (await fleet.client(Receivers[name]).letters()).letters,
		[Symbol.asyncDispose]: () => fleet.close(),
	};
}
