import { useSignal } from "@preact/signals";
import type { Preferences } from "../../../server/protocol/user.ts";
import { api, bell, notices, session } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { languageNames, languages, spoken, t } from "../i18n/translate.ts";
import { SelectField, serverWrong, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Outside } from "../parts/text.tsx";
import { say } from "../parts/toast.tsx";
import { failureText } from "../parts/words.tsx";

const themes = ["system", "light", "dark"] as const;
const sounds = ["all", "mine", "none"] as const;

/** What one person may choose for himself; every choice is kept at once. */
export default function SettingsPage() {
	const me = session.me.value;
	const preferences = session.preferences.value;
	const prefer = async (patch: Preferences) => {
		if (!(await session.prefer(patch))) say(t("settings.not-kept"), "bad");
	};
	if (!me) return null;
	return (
		<div class="stack narrow">
			<h1>{t("nav.settings")}</h1>
			<section class="panel" aria-labelledby="settings-look">
				<header>
					<h2 id="settings-look">{t("settings.look")}</h2>
				</header>
				<div class="body fields">
					<SelectField
						label={t("settings.language")}
						value={preferences.language ?? spoken()}
						options={languages.map((one) => [one, languageNames[one]] as const)}
						onValue={(language) => void prefer({ language })}
					/>
					<SelectField
						label={t("settings.theme")}
						value={preferences.theme ?? "system"}
						options={themes.map((one) => [one, t(`theme.${one}`)] as const)}
						onValue={(theme) => void prefer({ theme })}
					/>
				</div>
			</section>
			<section class="panel" aria-labelledby="settings-sound">
				<header>
					<h2 id="settings-sound">{t("settings.sound")}</h2>
				</header>
				<div class="body stack">
					<div class="fields">
						<SelectField
							label={t("settings.ring-for")}
							value={preferences.sound ?? "all"}
							options={sounds.map((one) => [one, t(`sound.${one}`)] as const)}
							onValue={(sound) => void prefer({ sound })}
						/>
						<div class="field">
							<label for="volume">{t("settings.volume")}</label>
							<input
								id="volume"
								type="range"
								min={0}
								max={1}
								step={0.05}
								value={preferences.volume ?? 0.6}
								onChange={(event) => void prefer({ volume: Number(event.currentTarget.value) })}
							/>
						</div>
					</div>
					<div class="row">
						<button
							type="button"
							class="button"
							onClick={async () => {
								await bell.unlock();
								bell.test(preferences.volume ?? 0.6);
							}}
						>
							<Icon name="sound" />
							{t("settings.test-sound")}
						</button>
					</div>
				</div>
			</section>
			<section class="panel" aria-labelledby="settings-notices">
				<header>
					<h2 id="settings-notices">{t("settings.notices")}</h2>
				</header>
				<div class="body stack">
					<Notices wanted={preferences.notices !== false} onWanted={(wanted) => void prefer({ notices: wanted })} />
				</div>
			</section>
			<section class="panel" aria-labelledby="settings-keys">
				<header>
					<h2 id="settings-keys">{t("keys.title")}</h2>
				</header>
				<div class="body">
					<label class="check">
						<input
							type="checkbox"
							checked={preferences.keys !== false}
							onChange={(event) => void prefer({ keys: event.currentTarget.checked })}
						/>
						{t("settings.keys")}
					</label>
				</div>
			</section>
			<section class="panel" aria-labelledby="settings-account">
				<header>
					<h2 id="settings-account">{t("settings.account")}</h2>
				</header>
				<div class="body stack">
					<dl class="facts">
						<div>
							<dt>{t("user.name")}</dt>
							<dd>
								<Outside text={me.name} />
							</dd>
						</div>
						<div>
							<dt>{t("sign-in.email")}</dt>
							<dd>
								<Outside text={me.email} />
							</dd>
						</div>
						<div>
							<dt>{t("user.extension")}</dt>
							<dd>{me.extension ?? t("user.no-extension")}</dd>
						</div>
						<div>
							<dt>{t("user.role")}</dt>
							<dd>{t(`role.${me.role}`)}</dd>
						</div>
					</dl>
					<hr />
					<Password />
				</div>
			</section>
		</div>
	);
}

/** Notices of the operating system: on, off, or in words why the browser gives none. */
function Notices({ wanted, onWanted }: { wanted: boolean; onWanted: (wanted: boolean) => void }) {
	const state = notices.state.value;
	return (
		<>
			{state === "insecure" && (
				<p class="notice warn">
					<Icon name="alert" />
					{t("notices.insecure")}
				</p>
			)}
			{state === "unsupported" && <p class="notice">{t("notices.unsupported")}</p>}
			{state === "denied" && (
				<p class="notice warn">
					<Icon name="alert" />
					{t("notices.denied")}
				</p>
			)}
			<label class="check">
				<input
					type="checkbox"
					checked={wanted}
					disabled={state === "insecure" || state === "unsupported"}
					onChange={(event) => onWanted(event.currentTarget.checked)}
				/>
				{t("settings.want-notices")}
			</label>
			{state === "default" && wanted && (
				<div class="row">
					<button type="button" class="button" onClick={() => void notices.ask()}>
						<Icon name="bell" />
						{t("notices.allow")}
					</button>
				</div>
			)}
			{state === "granted" && (
				<div class="row wrap">
					<span class="chip good">
						<Icon name="check" small />
						{t("notices.granted")}
					</span>
					<button
						type="button"
						class="button small"
						onClick={() => notices.show("test", t("notices.test-title"), t("notices.test-text"), () => undefined)}
					>
						{t("notices.test")}
					</button>
				</div>
			)}
		</>
	);
}

function Password() {
	const current = useSignal("");
	const next = useSignal("");
	const wrong = useSignal<Readonly<Record<string, string>>>({});
	return (
		<form
			class="stack"
			onSubmit={async (event) => {
				event.preventDefault();
				if (current.value === "") {
					wrong.value = { current: t("password.missing") };
					return;
				}
				if (next.value.length < 10) {
					wrong.value = { next: t("password.short") };
					return;
				}
				wrong.value = {};
				try {
					await api.changePassword(current.value, next.value);
					current.value = "";
					next.value = "";
					say(t("password.changed"));
				} catch (error) {
					if (!(error instanceof ApiError)) throw error;
					const refused = error.code === "forbidden" || error.code === "validation" || error.code === "bad-request";
					wrong.value = {
						current: serverWrong(error.fields, "current") ?? (refused ? t("password.wrong") : failureText(error.code)),
						next: serverWrong(error.fields, "next") ?? "",
					};
				}
			}}
		>
			<div class="fields">
				<TextField
					label={t("password.current")}
					type="password"
					autocomplete="current-password"
					value={current.value}
					wrong={wrong.value.current}
					onValue={(value) => (current.value = value)}
				/>
				<TextField
					label={t("password.next")}
					type="password"
					autocomplete="new-password"
					hint={t("password.hint")}
					value={next.value}
					wrong={wrong.value.next}
					onValue={(value) => (next.value = value)}
				/>
			</div>
			<div class="row">
				<button type="submit" class="button">
					{t("password.change")}
				</button>
			</div>
		</form>
	);
}
