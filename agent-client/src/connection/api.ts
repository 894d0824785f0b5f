import type { Break } from "../../../server/protocol/break.ts";
import type { Call, CallPage, CallWays, OwnFigures } from "../../../server/protocol/call.ts";
import type {
	Contact,
	ContactPage,
	ContactStatus,
	SimilarContact,
	TimelinePage,
} from "../../../server/protocol/contact.ts";
import type { Disposition, DispositionInput } from "../../../server/protocol/disposition.ts";
import type { UnseenPop } from "../../../server/protocol/floor.ts";
import type {
	AnsweredInput,
	CallBackTabs,
	ObligationCounts,
	ObligationPage,
	SeveralInput,
	SeveralResult,
} from "../../../server/protocol/obligation.ts";
import type { Observed } from "../../../server/protocol/observed.ts";
import type { Pbx, PbxCheck, PbxInput, PbxPatch } from "../../../server/protocol/pbx.ts";
import type { Settings } from "../../../server/protocol/settings.ts";
import type { Colleague, Me, Preferences, User } from "../../../server/protocol/user.ts";
import type { WrapUp } from "../../../server/protocol/wrap-up.ts";
import type { Query, Request } from "./http.ts";

export interface Page<T> {
	readonly items: readonly T[];
	readonly next: string | null;
}
/** A planned contact. */
export interface Task {
	readonly id: string;
	readonly title: string;
	readonly dueAt: string;
	readonly doneAt: string | null;
	readonly contact: { readonly id: string; readonly name: string } | null;
}
export interface NumberDraft {
	readonly raw: string;
	readonly label?: string;
}
/** What a form sends for a contact; what is absent stays as it is. */
export interface ContactDraft {
	readonly kind?: "person" | "company";
	readonly name?: string;
	readonly companyId?: string | null;
	readonly ownerId?: string | null;
	readonly source?: string;
	readonly region?: string;
	readonly birthday?: string | null;
	readonly tags?: readonly string[];
	readonly numbers?: readonly NumberDraft[];
	/** Numbers taken away that were never this contact's. */
	readonly mistaken?: readonly string[];
}
export interface DemoState {
	readonly present: boolean;
	readonly scenarios: readonly { readonly id: string; readonly title: string }[];
}
export interface UserDraft {
	readonly name?: string;
	readonly email?: string;
	readonly password?: string;
	readonly role?: User["role"];
	readonly extension?: string | null;
	readonly active?: boolean;
}

/** Every route that the client uses, by name. */
export function createApi(request: Request) {
	const part = encodeURIComponent;
	return {
		firstRun: () => request<{ needed: boolean }>("GET", "/api/setup/first"),
		signIn: (email: string, password: string) =>
			request<{ user: Me }>("POST", "/api/session", { body: { email, password } }),
		signOut: () => request<void>("DELETE", "/api/session"),
		me: () => request<Me>("GET", "/api/me"),
		savePreferences: (preferences: Preferences) => request<Me>("PATCH", "/api/me", { body: { preferences } }),
		changePassword: (current: string, next: string) =>
			request<void>("POST", "/api/me/password", { body: { current, next } }),
		colleagues: () => request<Page<Colleague>>("GET", "/api/colleagues"),

		calls: (query: Query, signal?: AbortSignal) =>
			request<CallPage>("GET", "/api/calls", { query, ...(signal && { signal }) }),
		today: (from: string, signal?: AbortSignal) =>
			request<OwnFigures>("GET", "/api/calls/today", { query: { from }, ...(signal && { signal }) }),
		ways: () => request<CallWays>("GET", "/api/calls/ways"),
		call: (id: string) => request<Call>("GET", `/api/calls/${part(id)}`),
		dial: (to: string, contact?: string) =>
			request<unknown>("POST", "/api/calls", { body: contact ? { to, contact } : { to } }),
		chooseContact: (callId: string, contactId: string | null) =>
			request<Call>("POST", `/api/calls/${part(callId)}/contact`, { body: { contactId } }),
		dispose: (callId: string, body: DispositionInput) =>
			request<Disposition>("POST", `/api/calls/${part(callId)}/disposition`, { body }),

		obligations: (query: Query, signal?: AbortSignal) =>
			request<ObligationPage>("GET", "/api/obligations", { query, ...(signal && { signal }) }),
		callBackTabs: (query: Query, signal?: AbortSignal) =>
			request<CallBackTabs>("GET", "/api/obligations/call-back", { query, ...(signal && { signal }) }),
		counts: () => request<ObligationCounts>("GET", "/api/obligations/counts"),
		claim: (id: string) => request<unknown>("POST", `/api/obligations/${part(id)}/claim`),
		release: (id: string) => request<unknown>("DELETE", `/api/obligations/${part(id)}/claim`),
		processSeveral: (body: SeveralInput) =>
			request<{ items: readonly SeveralResult[] }>("POST", "/api/obligations/process", { body }),
		dismiss: (id: string, comment: string) =>
			request<unknown>("POST", `/api/obligations/${part(id)}/dismiss`, { body: { comment } }),
		answered: (id: string, body: AnsweredInput) =>
			request<unknown>("POST", `/api/obligations/${part(id)}/answered`, { body }),
		breaks: () => request<Page<Break>>("GET", "/api/breaks"),
		beginBreak: (reason: string) => request<void>("POST", "/api/me/break", { body: { reason } }),
		endBreak: () => request<void>("DELETE", "/api/me/break"),
		wrapUps: () => request<Page<WrapUp>>("GET", "/api/wrap-ups"),
		extendWrapUp: ({ id, extended }: WrapUp) =>
			request<void>("POST", `/api/wrap-ups/${part(id)}/extend`, { body: { extended } }),
		releaseWrapUp: (id: string, reason: string) =>
			request<void>("POST", `/api/wrap-ups/${part(id)}/release`, { body: { reason } }),
		tasks: (query: Query, signal?: AbortSignal) =>
			request<Page<Task>>("GET", "/api/tasks", { query, ...(signal && { signal }) }),
		taskDone: (id: string) => request<unknown>("POST", `/api/tasks/${part(id)}/done`),

		contacts: (query: Query & { status?: ContactStatus }, signal?: AbortSignal) =>
			request<ContactPage>("GET", "/api/contacts", { query, ...(signal && { signal }) }),
		similar: (number: string) =>
			request<{ items: readonly SimilarContact[] }>("GET", "/api/contacts/similar", { query: { number } }),
		contact: (id: string) => request<Contact>("GET", `/api/contacts/${part(id)}`),
		createContact: (body: ContactDraft) => request<Contact>("POST", "/api/contacts", { body }),
		editContact: (id: string, body: ContactDraft) => request<Contact>("PATCH", `/api/contacts/${part(id)}`, { body }),
		timeline: (id: string, query: Query, signal?: AbortSignal) =>
			request<TimelinePage>("GET", `/api/contacts/${part(id)}/timeline`, { query, ...(signal && { signal }) }),
		addNote: (id: string, text: string) =>
			request<unknown>("POST", `/api/contacts/${part(id)}/notes`, { body: { text } }),

		settings: () => request<Settings>("GET", "/api/settings"),
		saveSettings: (body: Partial<Settings>) => request<Settings>("PATCH", "/api/settings", { body }),
		users: () => request<Page<User>>("GET", "/api/users"),
		createUser: (body: UserDraft) => request<User>("POST", "/api/users", { body }),
		editUser: (id: string, body: UserDraft) => request<User>("PATCH", `/api/users/${part(id)}`, { body }),
		pbxs: () => request<Page<Pbx>>("GET", "/api/pbx"),
		createPbx: (body: PbxInput) => request<Pbx>("POST", "/api/pbx", { body }),
		editPbx: (id: string, body: PbxPatch) => request<Pbx>("PATCH", `/api/pbx/${part(id)}`, { body }),
		checkPbx: (id: string) => request<PbxCheck>("POST", `/api/pbx/${part(id)}/check`),
		observed: (id: string) => request<Observed>("GET", `/api/pbx/${part(id)}/observed`),
		unseen: (query: Query) => request<Page<UnseenPop>>("GET", "/api/unseen", { query }),
		removePbx: (id: string) => request<void>("DELETE", `/api/pbx/${part(id)}`),

		demo: () => request<DemoState>("GET", "/api/demo"),
		simulate: (scenario: string) => request<unknown>("POST", "/api/demo/simulate", { body: { scenario } }),
		wipeDemo: () => request<void>("DELETE", "/api/demo"),
	};
}

export type Api = ReturnType<typeof createApi>;
