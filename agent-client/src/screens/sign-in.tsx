import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { api, applyPreferences, session } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { languageNames, languages, spoken, t } from "../i18n/translate.ts";
import { TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { failureText } from "../parts/words.tsx";

/** The door. The server says the same for an unknown name and a wrong password, and so do we. */
export default function SignIn() {
	const email = useSignal("");
	const password = useSignal("");
	const wrong = useSignal("");
	const busy = useSignal(false);
	const first = useSignal(false);
	const field = useRef<HTMLElement | null>(null);
	const state = session.state.value;

	useLayoutEffect(() => field.current?.focus(), []);
	useEffect(() => {
		api
			.firstRun()
			.then(({ needed }) => {
				first.value = needed;
			})
			.catch((error: unknown) => {
				if (!(error instanceof ApiError)) throw error;
			});
	}, []);

	async function submit(): Promise<void> {
		if (email.value.trim() === "" || password.value === "") {
			wrong.value = t("sign-in.both");
			return;
		}
		busy.value = true;
		wrong.value = "";
		const failure = await session.signIn(email.value.trim(), password.value);
		busy.value = false;
		if (failure === null) return;
		wrong.value = failure === "unauthenticated" || failure === "validation" ? t("sign-in.wrong") : failureText(failure);
		field.current?.focus();
	}

	return (
		<main class="door">
			<form
				class="panel door-panel"
				onSubmit={(event) => {
					event.preventDefault();
					void submit();
				}}
			>
				<div class="door-brand">
					<img src="/bell.svg" alt="" width="44" height="44" />
					<div>
						<h1>Dzvin</h1>
						<p class="muted">{t("sign-in.slogan")}</p>
					</div>
				</div>
				{state.kind === "out" && state.expired && (
					<p class="notice" role="status">
						<Icon name="info" />
						{t("sign-in.expired")}
					</p>
				)}
				{first.value && (
					<p class="notice">
						<Icon name="info" />
						{t("sign-in.first-run")}
					</p>
				)}
				<TextField
					label={t("sign-in.email")}
					type="email"
					autocomplete="username"
					value={email.value}
					inputRef={(element) => {
						field.current = element;
					}}
					onValue={(value) => (email.value = value)}
				/>
				<TextField
					label={t("sign-in.password")}
					type="password"
					autocomplete="current-password"
					value={password.value}
					onValue={(value) => (password.value = value)}
				/>
				{wrong.value && (
					<p class="wrong" role="alert">
						<Icon name="alert" small />
						{wrong.value}
					</p>
				)}
				<button type="submit" class="button primary wide" disabled={busy.value}>
					{busy.value ? t("sign-in.busy") : t("sign-in.enter")}
				</button>
				<fieldset class="segments" aria-label={t("settings.language")}>
					{languages.map((language) => (
						<button
							key={language}
							type="button"
							lang={language}
							aria-pressed={spoken() === language}
							onClick={() => applyPreferences({ language })}
						>
							{languageNames[language]}
						</button>
					))}
				</fieldset>
			</form>
		</main>
	);
}
