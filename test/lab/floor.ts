import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Packet, Watch } from "./ami.ts";
import type { Lab } from "./lab.ts";
import type { Behaviour, Dialling, OutgoingCall } from "./phone-bank.ts";

/** A floor of the company has seven extensions, its own numbers, queues and menu; floors do not disturb each other. */
export type FloorNumber = 1 | 2 | 3 | 4;

/** The services that a customer reaches by dialling the company (see pbx/etc/extensions.conf). */
export const services = {
	ringGroup: "100",
	salesQueue: "200",
	supportQueue: "210",
	salesQueueForThreeSeconds: "220",
	menu: "300",
	outOfHours: "400",
	voicemail: "500",
	followMe: "600",
	followMeAfterDesk: "610",
} as const;

/** One floor as a scenario sees it. Extensions are named by their last digit: 1 to 7. */
export class Floor {
	readonly lab: Lab;
	readonly number: FloorNumber;
	#watch: Watch;

	constructor(lab: Lab, number: FloorNumber) {
		this.lab = lab;
		this.number = number;
		this.#watch = lab.pbx.watch();
	}

	extension(last: number): string {
		return `${this.number}0${last}`;
	}

	/** The number of the company that leads straight to this extension. */
	direct(last: number): string {
		return `044200${this.number}00${last}`;
	}

	/** The company's main number, delivered in international form; it rings extension 1. */
	get mainNumber(): string {
		return `+38044234${this.number}567`;
	}

	/** The number that leads straight to this extension with the recording begun before anybody answered. */
	directRecorded(last: number): string {
		return `044200${this.number}08${last}`;
	}

	service(service: keyof typeof services): string {
		return `044200${this.number}${services[service]}`;
	}

	/** What phones dial for the queue of support. */
	get supportQueue(): string {
		return `${this.number}21`;
	}

	/** What phones dial for the room in which conferences take place. */
	get conferenceRoom(): string {
		return `${this.number}80`;
	}

	/** The mobile to which extension 6 is forwarded. */
	get mobile(): string {
		return `+38067111220${this.number}`;
	}

	/** All phones forget what they were told; phones ring for 20 s again. */
	async reset(): Promise<void> {
		const phones = [1, 2, 3, 4, 5, 6, 7].map((last) => this.extension(last));
		for (const phone of [...phones, `${this.extension(7)}2`, this.mobile]) await this.lab.phoneBank.forget(phone);
		await this.ringFor(20);
		this.#watch.close();
		this.#watch = this.lab.pbx.watch();
	}

	/** How long the PBX lets a phone ring before it goes on, in seconds. */
	async ringFor(seconds: number): Promise<void> {
		await this.lab.pbxAmi({ Action: "DBPut", Family: "ring", Key: String(this.number), Val: String(seconds) });
	}

	phone(last: number, behaviour: Behaviour): Promise<void> {
		return this.lab.phoneBank.behaviour(this.extension(last), behaviour);
	}

	/** A customer calls a number of the company. */
	customer(dialling: Dialling): Promise<OutgoingCall> {
		return this.lab.phoneBank.call(dialling);
	}

	/** Somebody picks up the phone of this extension and dials. */
	dial(last: number, to: string, rest: Partial<Dialling> = {}): Promise<OutgoingCall> {
		return this.lab.phoneBank.call({ ...rest, from: this.extension(last), to });
	}

	/** Orders something from the PBX as the server's control account would. */
	control(fields: Readonly<Record<string, string>>): Promise<Answer> {
		return this.lab.control.action(fields);
	}

	/** The first event since the scenario began that fits. */
	until(fits: (event: Packet) => boolean, what: string): Promise<Packet> {
		return this.#watch.until(fits, what);
	}

	/** Waits until the phone of this extension rings. */
	ringing(last: number): Promise<Packet> {
		const phone = `PJSIP/${this.extension(last)}-`;
		return this.until(
			(event) => event.Event === "DialBegin" && !!event.DestChannel?.startsWith(phone),
			`${this.extension(last)} rings`,
		);
	}

	/** Waits until the phone of this extension talks with somebody. */
	talking(last: number): Promise<Packet> {
		const phone = `PJSIP/${this.extension(last)}-`;
		return this.until(
			(event) => event.Event === "BridgeEnter" && !!event.Channel?.startsWith(phone),
			`${this.extension(last)} talks`,
		);
	}

	/** The three people of the sales queue take a break, or come back. */
	async pauseSales(paused: boolean): Promise<void> {
		for (const last of [1, 2, 3]) {
			await this.control({
				Action: "QueuePause",
				Queue: `sales-${this.number}`,
				Interface: `PJSIP/${this.extension(last)}`,
				Paused: String(paused),
			});
		}
	}

	/** Waits until an attended transfer is complete. */
	handedOver(): Promise<Packet> {
		const floor = String(this.number);
		return this.until(
			(event) => event.Event === "AttendedTransfer" && event.OrigTransfererAccountCode === floor,
			"the customer is handed over",
		);
	}

	/** Waits until a customer of this floor is parked. */
	parked(): Promise<Packet> {
		const floor = String(this.number);
		return this.until((event) => event.Event === "ParkedCall" && event.ParkeeAccountCode === floor, "a call is parked");
	}

	/** The person at this extension hangs up. */
	hangUp(last: number): Promise<void> {
		return this.lab.phoneBank.hangUp(this.extension(last));
	}

	/** The name of the channel by which a customer is connected. */
	async customersChannel(): Promise<string> {
		const { list } = await this.lab.pbxAmi({ Action: "CoreShowChannels" });
		const found = list.find(
			(channel) => channel.AccountCode === String(this.number) && channel.Channel?.startsWith("PJSIP/trunk-"),
		);
		if (!found?.Channel) throw new Error("no customer is connected");
		return found.Channel;
	}

	/** Waits until nothing is left of any call of this floor. */
	async idle(): Promise<void> {
		for (let tries = 0; tries < 150; tries++) {
			const { list } = await this.lab.pbxAmi({ Action: "CoreShowChannels" });
			if (!list.some((channel) => channel.AccountCode === String(this.number))) return;
			await sleep(100);
		}
		throw new Error(`floor ${this.number} still has calls after 15 s`);
	}
}

/** Lets people talk, or wait, for a while (ms). */
export function pause(milliseconds: number): Promise<void> {
	return sleep(milliseconds);
}
