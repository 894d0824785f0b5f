import { randomUUID } from "node:crypto";
import type { AmiSession, Packet } from "./ami.ts";

/** What somebody does while on the line, one after the other; afterwards they stay until the other side hangs up. */
export type Step =
	| { readonly wait: number }
	| { readonly dtmf: string }
	/** A blind transfer as a desk phone does it: SIP REFER to this extension. */
	| { readonly refer: string }
	| { readonly hangup: true };

/** What a phone does when it is called. */
export interface Behaviour {
	/** `unknown`: there is no such number. `ring` never picks up; it is what a phone does that was told nothing. */
	readonly does: "answer" | "busy" | "reject" | "unknown" | "ring";
	/** Seconds before it does so. */
	readonly after?: number;
	readonly steps?: readonly Step[];
}

/** A call that somebody outside, or an agent's phone, makes. */
export interface Dialling {
	/** The caller's number as it stands on the wire. An extension's number is that extension's phone. */
	readonly from: string;
	readonly to: string;
	readonly name?: string;
	/** The caller's network passes neither number nor name on (RFC 3323). */
	readonly withheld?: boolean;
	/** Seconds after which the caller gives up, if nobody answered. */
	readonly patience?: number;
	readonly steps?: readonly Step[];
}

/** A call under way, seen from the one who makes it. */
export class OutgoingCall {
	readonly id: string;
	readonly to: string;
	readonly #session: AmiSession;
	/** True when the other side picked up (a queue or a menu counts), false when it never did. */
	readonly answered: Promise<boolean>;
	/** When the caller's side is gone, whoever hung up. */
	readonly ended: Promise<void>;

	constructor(session: AmiSession, id: string, to: string) {
		this.id = id;
		this.to = to;
		this.#session = session;
		let tell: (answered: boolean) => void = () => {};
		this.answered = new Promise((resolve) => {
			tell = resolve;
		});
		this.ended = new Promise((resolve) => {
			const stop = session.listen((event: Packet) => {
				if (event.Event === "OriginateResponse" && event.ActionID === id) tell(event.Response === "Success");
				if (event.Event !== "Hangup" || event.Uniqueid !== id) return;
				tell(false);
				stop();
				resolve();
			});
		});
	}

	/** The caller hangs up, or gives up while it still rings; resolves when the line is free. */
	async hangUp(): Promise<void> {
		await this.#session.action({ Action: "Hangup", Channel: this.id, Cause: "16" }).catch(() => {});
		await this.ended;
	}
}

const isExtension = /^\d{3}$/;

/** Everybody who is not the PBX: agents' phones, mobiles, customers. */
export class PhoneBank {
	/** Every call that somebody outside made, as the PBX was to see it: the number shown, and the number dialled. */
	readonly fromOutside: { readonly from: string; readonly to: string }[] = [];
	readonly #session: AmiSession;

	constructor(session: AmiSession) {
		this.#session = session;
	}

	/** Decides how the phone with this number (extension, mobile, customer) behaves from its next call on. */
	async behaviour(number: string, behaviour: Behaviour): Promise<void> {
		const value = [behaviour.does, String(behaviour.after ?? 0), ...(behaviour.steps ?? []).map(stepText)];
		await this.#put("phone", number, value.join("|"));
	}

	/** Lets this phone ring for ever again. */
	async forget(number: string): Promise<void> {
		await this.#session.action({ Action: "DBDel", Family: "phone", Key: number }).catch(() => {});
	}

	/** Makes a call to the PBX. */
	async call(dialling: Dialling): Promise<OutgoingCall> {
		const line = randomUUID();
		const keys = {
			number: dialling.from,
			name: dialling.name ?? "",
			presentation: dialling.withheld ? "prohib_passed_screen" : "allowed_passed_screen",
			patience: String(dialling.patience ?? 120),
			steps: (dialling.steps ?? []).map(stepText).join("|"),
		};
		for (const [key, value] of Object.entries(keys)) {
			if (value) await this.#put(`line/${line}`, key, value);
		}
		const call = new OutgoingCall(this.#session, line, dialling.to);
		const { from, to, withheld } = dialling;
		if (!isExtension.test(from)) this.fromOutside.push({ from: withheld ? "anonymous" : from, to });
		await this.#session.action({
			Action: "Originate",
			ActionID: line,
			Channel: `Local/${dialling.to}@caller/n`,
			ChannelId: line,
			Context: "caller-answered",
			Exten: "s",
			Priority: "1",
			Variable: `__LINE=${line}`,
			Timeout: "180000",
			Async: "true",
		});
		return call;
	}

	/**
	 * The phone of this extension talks on one line and has made `second` on another: it joins the two others and leaves.
	 * It sends REFER with Replaces on the first line (RFC 3891), as desk phones do for an attended transfer.
	 */
	async join(extension: string, second: OutgoingCall): Promise<void> {
		const { list } = await this.#session.action({ Action: "CoreShowChannels" });
		const phones = list.filter((one) => one.Channel?.startsWith("PJSIP/"));
		// A phone that handed a call over stays on its dead line for a while; the newest line is the one in use.
		const age = (one: Packet) => Number(one.Uniqueid?.split(".")[1] ?? 0);
		const lines = phones.filter((one) => one.AccountCode === extension).sort((a, b) => age(b) - age(a));
		const first = lines[0]?.Channel;
		const other = phones.find((one) => one.Linkedid === second.id)?.Channel;
		if (!first || !other) throw new Error(`${extension} does not talk on two lines`);
		const [callId, ours, theirs] = await Promise.all([
			this.#variable(other, "CHANNEL(pjsip,call-id)"),
			this.#variable(other, "CHANNEL(pjsip,local_tag)"),
			this.#variable(other, "CHANNEL(pjsip,remote_tag)"),
		]);
		const replaces = encodeURIComponent(`${callId};to-tag=${theirs};from-tag=${ours}`);
		const value = `<sip:${second.to}@pbx?Replaces=${replaces}>`;
		await this.#session.action({ Action: "Setvar", Channel: first, Variable: "REFER_TO", Value: value });
		await this.#session.action({
			Action: "Redirect",
			Channel: first,
			Context: "hand-over",
			Exten: "s",
			Priority: "1",
		});
	}

	/** The phone with this number hangs up the call that came in. */
	async hangUp(number: string): Promise<void> {
		const { list } = await this.#session.action({ Action: "CoreShowChannels" });
		for (const { AccountCode, Channel } of list) {
			if (AccountCode !== number || !Channel) continue;
			// the other side may have hung up in this very moment
			await this.#session.action({ Action: "Hangup", Channel, Cause: "16" }).catch(() => {});
		}
	}

	/** A low-level AMI action on the phone bank. */
	ami(fields: Readonly<Record<string, string>>): ReturnType<AmiSession["action"]> {
		return this.#session.action(fields);
	}

	async #variable(channel: string, name: string): Promise<string> {
		const { response } = await this.#session.action({ Action: "Getvar", Channel: channel, Variable: name });
		return response.Value ?? "";
	}

	async #put(family: string, key: string, value: string): Promise<void> {
		await this.#session.action({ Action: "DBPut", Family: family, Key: key, Val: value });
	}
}

function stepText(step: Step): string {
	if ("wait" in step) return `wait:${step.wait}`;
	if ("dtmf" in step) return `dtmf:${step.dtmf}`;
	if ("refer" in step) return `refer:<sip:${step.refer}@pbx>`;
	return "hangup:";
}
