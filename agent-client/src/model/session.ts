import { computed, signal } from "@preact/signals";
import type { Me, Preferences } from "../../../server/protocol/user.ts";
import type { Api } from "../connection/api.ts";
import { ApiError, type FailureCode } from "../connection/http.ts";

/** `unknown` until the server said who we are; `unreachable` when it could not be asked. */
export type SessionState =
	| { kind: "unknown" }
	| { kind: "unreachable" }
	| { kind: "out"; expired: boolean }
	| { kind: "in"; me: Me };

interface Deps {
	readonly api: Pick<Api, "me" | "signIn" | "signOut" | "savePreferences">;
	/** Each time somebody comes in: language, theme, connection. */
	readonly onIn: (me: Me) => void;
	/** `expired`: the server ended the session; what is typed must stay for the same person. */
	readonly onOut: (expired: boolean) => void;
	readonly onPreferences: (preferences: Preferences) => void;
}

/** Who sits here. */
export function createSession({ api, onIn, onOut, onPreferences }: Deps) {
	const state = signal<SessionState>({ kind: "unknown" });
	const enter = (me: Me) => {
		state.value = { kind: "in", me };
		onPreferences(me.preferences);
		onIn(me);
	};
	const leave = (expired: boolean) => {
		if (state.value.kind === "out") return;
		state.value = { kind: "out", expired: expired && state.value.kind === "in" };
		onOut(expired);
	};
	return {
		state,
		me: computed(() => (state.value.kind === "in" ? state.value.me : null)),
		role: computed(() => (state.value.kind === "in" ? state.value.me.role : null)),
		preferences: computed((): Preferences => (state.value.kind === "in" ? state.value.me.preferences : {})),
		/** The server refused the session. */
		lost: () => leave(true),
		/** Asks who we are: at the start and whenever the live connection closed. */
		async look(): Promise<void> {
			try {
				const me = await api.me();
				if (state.value.kind === "in" && state.value.me.id === me.id) state.value = { kind: "in", me };
				else enter(me);
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				if (error.code === "unauthenticated") leave(true);
				else if (state.value.kind !== "in") state.value = { kind: "unreachable" };
			}
		},
		/** Null when it worked. */
		async signIn(email: string, password: string): Promise<FailureCode | null> {
			try {
				const { user } = await api.signIn(email, password);
				enter(user);
				return null;
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				return error.code;
			}
		},
		async signOut(): Promise<void> {
			await api.signOut().catch(() => undefined);
			leave(false);
		},
		/** Shown at once; true when the server keeps it. */
		async prefer(patch: Preferences): Promise<boolean> {
			if (state.value.kind !== "in") return false;
			const { me } = state.value;
			const preferences = { ...me.preferences, ...patch };
			state.value = { kind: "in", me: { ...me, preferences } };
			onPreferences(preferences);
			try {
				await api.savePreferences(patch);
				return true;
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				return false;
			}
		},
	};
}
