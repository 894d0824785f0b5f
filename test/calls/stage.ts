import type { CallFacts } from "../../server/calls/call-change.ts";
import type { Bridge, Channel, ChannelState, DialResult, PbxEvent } from "../../server/pbx-event.ts";
import { Book } from "./fold.ts";

/** Events without their time. */
type Untimed = PbxEvent extends infer E ? (E extends PbxEvent ? Omit<E, "at" | "seq"> : never) : never;

const start = 1_700_000_000_000;

/** A PBX on paper: tests say what people do, it says the events. The clock moves only by `wait`. */
export class Stage {
	readonly events: PbxEvent[] = [];
	now = start;
	#count = 0;
	#bridges = 0;
	#locals = 0;
	#hundredths = 0;

	say(event: Untimed): void {
		// A moment apart, as on a real PBX.
		this.events.push({ ...event, at: this.now + ++this.#hundredths / 100 } as PbxEvent);
	}

	wait(seconds: number): this {
		this.now += seconds * 1000;
		this.#hundredths = 0;
		return this;
	}

	/** A new channel, for example `PJSIP/101`; its number is added. `family` null: it begins a family. */
	channel(name: string, state: ChannelState, rest: Partial<Channel> = {}): StageChannel {
		const number = ++this.#count;
		const id = `${Math.floor(this.now / 1000)}.${number}`;
		const [technology = "", endpoint = ""] = name.split("/");
		// The halves of a Local channel have one name.
		const suffix = rest.half ? `00000000;${rest.half}` : String(number).padStart(8, "0");
		return new StageChannel(this, {
			id,
			family: id,
			name: `${name}-${suffix}`,
			technology: technology.toUpperCase(),
			endpoint,
			state,
			callerNumber: "",
			callerName: "",
			connectedNumber: "",
			connectedName: "",
			exten: "s",
			context: "",
			application: "",
			accountCode: "",
			variables: {},
			...rest,
		});
	}

	/** Somebody calls the PBX. */
	calls(name: string, exten: string, callerNumber: string, rest: Partial<Channel> = {}): StageChannel {
		return this.channel(name, "ring", { exten, callerNumber, ...rest }).born();
	}

	/** The PBX calls somebody, for `from` or of its own accord. */
	dials(from: StageChannel | null, name: string, rest: Partial<Channel> = {}, dialString = name): StageChannel {
		const to = this.channel(name, "down", from ? { family: from.now.family, ...rest } : rest).born();
		this.say({ kind: "dial.began", from: from?.now ?? null, to: to.now, dialString });
		to.dialledBy = from;
		return to;
	}

	/** A Local channel that `from` dials: its near and its far half. */
	local(from: StageChannel | null, name: string): [StageChannel, StageChannel] {
		const family = from ? { family: from.now.family } : {};
		const unique = `Local/${name}-${++this.#locals}`;
		const one = this.channel(unique, "down", { ...family, half: 1 }).born();
		const two = this.channel(unique, "ring", { family: one.now.family, half: 2 }).born();
		this.say({ kind: "local.joined", one: one.now, two: two.now, exten: "", context: "" });
		this.say({ kind: "dial.began", from: from?.now ?? null, to: one.now, dialString: name });
		one.dialledBy = from;
		return [one, two];
	}

	bridge(type = "basic", technology = "simple_bridge"): Bridge {
		return { id: `bridge-${++this.#bridges}`, type, technology, channels: 0 };
	}

	/** They are connected. */
	connects(...channels: StageChannel[]): Bridge {
		const bridge = this.bridge();
		for (const channel of channels) channel.enters(bridge);
		return bridge;
	}

	play(): Book {
		const book = new Book();
		for (const event of this.events) book.take(event);
		return book;
	}

	/** The one call that all of it comes to. */
	call(): CallFacts {
		const [call, another] = this.play().facts;
		if (!call || another) throw new Error(`one call expected: ${JSON.stringify([call, another])}`);
		return call;
	}
}

/** A channel on the paper PBX. */
export class StageChannel {
	readonly #stage: Stage;
	now: Channel;
	dialledBy: StageChannel | null = null;

	constructor(stage: Stage, channel: Channel) {
		this.#stage = stage;
		this.now = channel;
	}

	born(): this {
		this.#stage.say({ kind: "channel.created", channel: this.now });
		return this;
	}

	/** Something about it changed. */
	becomes(change: Partial<Channel>): this {
		this.now = { ...this.now, ...change };
		this.#stage.say({ kind: "channel.changed", channel: this.now });
		return this;
	}

	rings(): this {
		this.becomes({ state: "ringing" });
		this.#stage.say({ kind: "dial.ringing", from: this.dialledBy?.now ?? null, to: this.now, state: "ringing" });
		return this;
	}

	answers(): this {
		this.becomes({ state: "up" });
		return this.result("answer");
	}

	result(result: DialResult): this {
		this.#stage.say({ kind: "dial.ended", from: this.dialledBy?.now ?? null, to: this.now, result, forwardedTo: "" });
		return this;
	}

	enters(bridge: Bridge): this {
		this.#stage.say({ kind: "bridge.entered", bridge, channel: this.now });
		return this;
	}

	leaves(bridge: Bridge): this {
		this.#stage.say({ kind: "bridge.left", bridge, channel: this.now });
		return this;
	}

	renamed(name: string): this {
		this.now = { ...this.now, name };
		this.#stage.say({ kind: "channel.renamed", channelId: this.now.id, name });
		return this;
	}

	ends(cause = 16): this {
		this.#stage.say({ kind: "channel.ended", channel: this.now, cause, causeText: "" });
		return this;
	}
}

/** A client calls 101, who answers after two seconds. */
export function answeredBy101(stage: Stage) {
	const client = stage.calls("PJSIP/trunk", "0442001001", "0501234567");
	const desk = stage.dials(client, "PJSIP/101").rings();
	stage.wait(2);
	desk.answers();
	client.becomes({ state: "up" });
	const bridge = stage.connects(desk, client);
	return { client, desk, bridge };
}

/** They are gone. */
export function hangUp(...channels: StageChannel[]): void {
	for (const channel of channels) channel.ends();
}
