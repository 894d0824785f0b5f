import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { User } from "../../../server/protocol/user.ts";
import { api, colleagues } from "../client.ts";
import type { UserDraft } from "../connection/api.ts";
import { ApiError, type FailureCode } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { Dialog } from "../parts/dialog.tsx";
import { SelectField, serverWrong, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { Outside } from "../parts/text.tsx";
import { say } from "../parts/toast.tsx";
import { firstWrong, useFocus } from "../parts/use-focus.ts";
import { useList } from "../parts/use-list.ts";
import { failureText } from "../parts/words.tsx";

const roles = ["agent", "supervisor", "admin"] as const;

/** Who may sign in, with which role and which phone. */
export default function Users() {
	const list = useList<User>("users", () => api.users(), false);
	const open = useSignal<User | "new" | null>(null);
	return (
		<div class="stack">
			<div class="row wrap">
				<h1 class="grow">{t("nav.users")}</h1>
				<button type="button" class="button primary" onClick={() => (open.value = "new")}>
					<Icon name="plus" />
					{t("user.new")}
				</button>
			</div>
			<section class="panel" aria-label={t("nav.users")}>
				<div class="body flush">
					<ListState list={list} empty={<Nothing icon="users" title={t("user.none")} />}>
						{(users) => (
							<ul class="rows">
								{users.map((user) => (
									<li key={user.id} class="user-row" data-row>
										<span class="grow">
											<strong class="cut">
												<Outside text={user.name} />
											</strong>
											<span class="muted small cut">
												<Outside text={user.email} />
											</span>
										</span>
										<span class="chip">{t(`role.${user.role}`)}</span>
										<span class="muted nowrap user-extension">
											{user.extension ? t("user.on", { extension: user.extension }) : t("user.no-extension")}
										</span>
										{!user.active && <span class="chip bad">{t("user.inactive")}</span>}
										<button
											type="button"
											class="button quiet small"
											aria-label={t("user.edit-named", { name: user.name })}
											onClick={() => (open.value = user)}
										>
											<Icon name="edit" small />
											<span class="wide-only">{t("action.edit")}</span>
										</button>
									</li>
								))}
							</ul>
						)}
					</ListState>
				</div>
			</section>
			{open.value && (
				<UserDialog
					user={open.value === "new" ? null : open.value}
					onClose={() => (open.value = null)}
					onSaved={() => {
						open.value = null;
						say(t("action.saved"));
						void list.reload();
						void api
							.colleagues()
							.then((page) => {
								colleagues.value = page.items;
							})
							.catch(() => undefined);
					}}
				/>
			)}
		</div>
	);
}

function UserDialog({ user, onClose, onSaved }: { user: User | null; onClose: () => void; onSaved: () => void }) {
	const element = useRef<HTMLFormElement>(null);
	const focusWrong = useFocus(() => firstWrong(element.current));
	const name = useSignal(user?.name ?? "");
	const email = useSignal(user?.email ?? "");
	const password = useSignal("");
	const role = useSignal<User["role"]>(user?.role ?? "agent");
	const extension = useSignal(user?.extension ?? "");
	const active = useSignal(user?.active ?? true);
	const fields = useSignal<Readonly<Record<string, string>>>({});
	const failure = useSignal<FailureCode | null>(null);
	const own = useSignal<Readonly<Record<string, string>>>({});

	async function save(): Promise<void> {
		own.value = {
			...(name.value.trim() === "" && { name: t("problem.name-missing") }),
			...(!/^\S+@\S+$/.test(email.value.trim()) && { email: t("problem.email-wrong") }),
			...((user === null || password.value !== "") && password.value.length < 10 && { password: t("password.short") }),
		};
		fields.value = {};
		failure.value = null;
		if (Object.keys(own.value).length === 0) {
			const draft: UserDraft = {
				name: name.value.trim(),
				email: email.value.trim(),
				role: role.value,
				extension: extension.value.trim() || null,
				...(password.value !== "" && { password: password.value }),
				...(user && { active: active.value }),
			};
			try {
				await (user ? api.editUser(user.id, draft) : api.createUser(draft));
				return onSaved();
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				failure.value = error.code;
				fields.value = error.fields;
			}
		}
		focusWrong();
	}
	const wrong = (path: string) => own.value[path] ?? serverWrong(fields.value, path);
	return (
		<Dialog title={user ? t("user.edit") : t("user.new")} onClose={onClose}>
			<form
				ref={element}
				class="stack"
				onSubmit={(event) => {
					event.preventDefault();
					void save();
				}}
			>
				<div class="fields">
					<TextField
						label={t("user.name")}
						value={name.value}
						maxLength={200}
						wrong={wrong("name")}
						onValue={(value) => (name.value = value)}
					/>
					<TextField
						label={t("sign-in.email")}
						type="email"
						autocomplete="off"
						value={email.value}
						wrong={wrong("email")}
						onValue={(value) => (email.value = value)}
					/>
					<SelectField
						label={t("user.role")}
						value={role.value}
						wrong={wrong("role")}
						options={roles.map((one) => [one, t(`role.${one}`)] as const)}
						onValue={(value) => (role.value = value)}
					/>
					<TextField
						label={t("user.extension")}
						hint={t("user.extension-hint")}
						value={extension.value}
						maxLength={40}
						wrong={wrong("extension")}
						onValue={(value) => (extension.value = value)}
					/>
					<TextField
						label={t(user ? "user.new-password" : "sign-in.password")}
						type="password"
						autocomplete="new-password"
						hint={user ? t("user.password-keep") : t("password.hint")}
						value={password.value}
						wrong={wrong("password")}
						onValue={(value) => (password.value = value)}
					/>
				</div>
				{user && (
					<label class="check">
						<input
							type="checkbox"
							checked={active.value}
							onChange={(event) => (active.value = event.currentTarget.checked)}
						/>
						{t("user.active")}
					</label>
				)}
				<div class="row wrap">
					<button type="submit" class="button primary">
						{t("action.save")}
					</button>
					<button type="button" class="button quiet" onClick={onClose}>
						{t("action.cancel")}
					</button>
					{failure.value && (
						<p class="wrong" role="alert">
							<Icon name="alert" small />
							{failureText(failure.value)}
						</p>
					)}
				</div>
			</form>
		</Dialog>
	);
}
