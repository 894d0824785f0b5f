import { useEffect } from "preact/hooks";
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from "preact-iso";
import { session } from "./client.ts";
import { t } from "./i18n/translate.ts";
import { CardStack } from "./parts/card-stack.tsx";
import { Shell } from "./parts/shell.tsx";
import { Nothing } from "./parts/states.tsx";
import { Toasts } from "./parts/toast.tsx";
import { Desk } from "./screens/desk.tsx";

const SignIn = lazy(() => import("./screens/sign-in.tsx"));
const Calls = lazy(() => import("./screens/calls.tsx"));
const ToProcess = lazy(() => import("./screens/to-process.tsx"));
const CallBack = lazy(() => import("./screens/call-back.tsx"));
const Plans = lazy(() => import("./screens/plans.tsx"));
const Contacts = lazy(() => import("./screens/contacts.tsx"));
const NewContact = lazy(() => import("./screens/new-contact.tsx"));
const ContactPage = lazy(() => import("./screens/contact.tsx"));
const SettingsPage = lazy(() => import("./screens/settings.tsx"));
const Users = lazy(() => import("./screens/users.tsx"));
const Pbxs = lazy(() => import("./screens/pbxs.tsx"));
const ObservedPage = lazy(() => import("./screens/observed.tsx"));
const FloorPage = lazy(() => import("./screens/floor.tsx"));
const Company = lazy(() => import("./screens/company.tsx"));

/** Fetched in a quiet moment after the desk is there, so that pages open at once and also without a connection. */
const daily = [ContactPage, ToProcess, CallBack, Calls, Contacts, Plans, NewContact, SettingsPage];
function fetchAhead(): () => void {
	const timer = setTimeout(() => {
		for (const page of daily) page.preload().catch(() => undefined);
	}, 3000);
	return () => clearTimeout(timer);
}

const NotFound = () => (
	<Nothing icon="search" title={t("page.missing")} text={t("page.missing-text")}>
		<a class="button" href="/">
			{t("nav.desk")}
		</a>
	</Nothing>
);

/** Who is not signed in sees the sign-in page; everybody else the shell with the page and the cards. */
export function App() {
	const state = session.state.value;
	const signedIn = state.kind === "in";
	useEffect(() => (signedIn ? fetchAhead() : undefined), [signedIn]);
	switch (state.kind) {
		case "unknown":
			return <p class="unseen">{t("list.loading")}</p>;
		case "unreachable":
			return (
				<main class="alone">
					<Nothing icon="lost" title={t("failure.offline")} text={t("link.retrying")}>
						<button type="button" class="button" onClick={() => void session.look()}>
							{t("list.retry")}
						</button>
					</Nothing>
				</main>
			);
		case "out":
			return (
				<LocationProvider>
					<ErrorBoundary>
						<SignIn />
					</ErrorBoundary>
				</LocationProvider>
			);
		case "in":
			return (
				<LocationProvider key={state.me.id}>
					<Shell me={state.me}>
						<ErrorBoundary>
							<Router onRouteChange={() => globalThis.scrollTo(0, 0)}>
								<Route path="/" component={Desk} />
								<Route path="/process" component={ToProcess} />
								<Route path="/call-back" component={CallBack} />
								<Route path="/plans" component={Plans} />
								<Route path="/calls" component={Calls} />
								<Route path="/contacts" component={Contacts} />
								<Route path="/contacts/new" component={NewContact} />
								<Route path="/contacts/:id" component={ContactPage} />
								<Route path="/settings" component={SettingsPage} />
								<Route path="/admin/users" component={state.me.role === "admin" ? Users : NotFound} />
								<Route path="/admin/pbx" component={state.me.role === "admin" ? Pbxs : NotFound} />
								<Route path="/floor" component={state.me.role === "agent" ? NotFound : FloorPage} />
								<Route path="/pbx/:id/observed" component={state.me.role === "agent" ? NotFound : ObservedPage} />
								<Route path="/admin/company" component={state.me.role === "admin" ? Company : NotFound} />
								<Route default component={NotFound} />
							</Router>
						</ErrorBoundary>
					</Shell>
					<CardStack />
					<Toasts />
				</LocationProvider>
			);
	}
}
