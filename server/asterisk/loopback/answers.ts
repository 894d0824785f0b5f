import type { LoopbackBehaviour, ReceivedAction } from "./loopback-pbx.ts";
import type { Picture } from "./picture.ts";

/** How an Originate ended: Asterisk's reason number (4 answered, 3 no answer, 5 busy, 8 congestion, 0 no such). */
export interface Originated {
	readonly success: boolean;
	readonly reason?: number;
	/** Refused before anything rang; the text goes into `Message`. */
	readonly refused?: string;
}

interface Context {
	/** Answers the client that asked; the ActionID is put in. */
	reply(...packets: readonly string[]): void;
	/** An event for everybody. */
	send(packet: string): void;
	readonly picture: Picture;
	readonly behaviour: LoopbackBehaviour;
	readonly commands: readonly string[];
	readonly now: () => number;
	readonly onOriginate: ((action: ReceivedAction) => Originated | Promise<Originated>) | undefined;
}

const list = (reply: Context["reply"], message: string, rows: readonly string[], end: string) => {
	reply(`Response: Success\r\nEventList: start\r\nMessage: ${message}`, ...rows);
	reply(`Event: ${end}\r\nEventList: Complete\r\nListItems: ${rows.length}`);
};

/** Answers one action of a logged-in client as Asterisk 22 does. */
export async function answer(name: string, action: ReceivedAction, context: Context): Promise<void> {
	const { reply, picture, behaviour } = context;
	switch (name) {
		case "ping":
			return reply(`Response: Success\r\nPing: Pong\r\nTimestamp: ${(context.now() / 1000).toFixed(6)}`);
		case "corestatus":
			return reply(
				`Response: Success\r\nCoreStartupDate: ${behaviour.boot.date}\r\nCoreStartupTime: ${behaviour.boot.time}\r\n` +
					`CoreReloadDate: ${behaviour.boot.date}\r\nCoreReloadTime: ${behaviour.boot.time}\r\nCoreCurrentCalls: 0`,
			);
		case "coresettings":
			return reply("Response: Success\r\nAMIversion: 11.0.0\r\nAsteriskVersion: 22.10.1\r\nSystemName: ");
		case "bridgelist":
			return list(reply, "Bridge listing will follow", picture.bridges, "BridgeListComplete");
		case "coreshowchannels":
			return list(reply, "Channels will follow", picture.channels(context.now()), "CoreShowChannelsComplete");
		case "queuestatus":
			return list(reply, "Queue status will follow", picture.queues, "QueueStatusComplete");
		case "devicestatelist":
			return list(reply, "Device State Changes will follow", picture.devices, "DeviceStateListComplete");
		case "listcommands":
			return reply(
				["Response: Success", ...context.commands.map((command) => `${command}: … (Priv: call,all)`)].join("\r\n"),
			);
		case "events":
			return reply(`Response: Success\r\nEvents: ${action.eventmask === "off" ? "Off" : "On"}`);
		case "originate":
			return originate(action, context);
		case "logoff":
			return reply("Response: Goodbye\r\nMessage: Thanks for all the fish.");
		case "queuepause": {
			const paused = /^(1|true|yes|on)$/i.test(action.paused ?? "");
			const { queue = "", interface: port = "", reason = "" } = action;
			const event = picture.pause(queue, port, paused, reason, context.now());
			if (event === null) return reply("Response: Error\r\nMessage: Interface not found");
			reply(`Response: Success\r\nMessage: Interface ${paused ? "paused" : "unpaused"} successfully`);
			return context.send(event);
		}
		case "redirect":
		case "hangup":
			return reply("Response: Success\r\nMessage: Done");
		default:
			return reply("Response: Error\r\nMessage: Invalid/unknown command");
	}
}

async function originate(action: ReceivedAction, { reply, send, onOriginate }: Context): Promise<void> {
	const outcome = onOriginate?.(action) ?? { success: true };
	// Asked first, answered at once: Asterisk queues the call before it rings.
	if (!(outcome instanceof Promise) && outcome.refused) {
		return reply(`Response: Error\r\nMessage: ${outcome.refused}`);
	}
	reply("Response: Success\r\nMessage: Originate successfully queued");
	const { success, reason } = await outcome;
	send(
		`Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: ${action.actionid ?? ""}\r\nResponse: ${success ? "Success" : "Failure"}\r\n` +
			`Channel: ${action.channel ?? ""}\r\nContext: ${action.context ?? ""}\r\nExten: ${action.exten ?? ""}\r\n` +
			`Reason: ${reason ?? (success ? 4 : 3)}\r\nUniqueid: <null>\r\nCallerIDNum: <unknown>\r\nCallerIDName: <unknown>`,
	);
}

/** An action as a client wrote it: repeated headers are one value with line feeds. */
export function actionOf(packet: string): ReceivedAction {
	const action: Record<string, string> = Object.create(null);
	for (const line of packet.split("\r\n")) {
		const colon = line.indexOf(":");
		if (colon < 0) continue;
		const key = line.slice(0, colon).trim().toLowerCase();
		const value = line.slice(colon + 1).trim();
		action[key] = key in action ? `${action[key]}\n${value}` : value;
	}
	return action;
}
