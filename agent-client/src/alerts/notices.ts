import { signal } from "@preact/signals";

/** `insecure`: the page came over plain http, where browsers give no notices. */
export type NoticeState = "granted" | "denied" | "default" | "insecure" | "unsupported";

function read(): NoticeState {
	if (!globalThis.isSecureContext) return "insecure";
	if (!("Notification" in globalThis)) return "unsupported";
	return Notification.permission;
}

/** Notices of the operating system, one per call: its tag is the call. */
export function createNotices() {
	const state = signal<NoticeState>(read());
	const shown = new Map<string, Notification>();
	return {
		state,
		async ask(): Promise<void> {
			if (state.value === "default") await Notification.requestPermission();
			state.value = read();
		},
		show(callId: string, title: string, body: string, onClick: () => void): void {
			if (state.value !== "granted") return;
			const notice = new Notification(title, { body, tag: callId, requireInteraction: true, icon: "/bell.svg" });
			notice.onclick = () => {
				globalThis.focus();
				notice.close();
				onClick();
			};
			shown.set(callId, notice);
		},
		close(callId: string): void {
			shown.get(callId)?.close();
			shown.delete(callId);
		},
	};
}

export type Notices = ReturnType<typeof createNotices>;
