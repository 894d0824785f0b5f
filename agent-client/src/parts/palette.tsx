import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Contact } from "../../../server/protocol/contact.ts";
import type { Me } from "../../../server/protocol/user.ts";
import { api, session } from "../client.ts";
import { type Key, t } from "../i18n/translate.ts";
import { createList } from "../model/list.ts";
import { looksLikeNumber } from "../model/number.ts";
import { attempt } from "./attempt.ts";
import { Dialog } from "./dialog.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { NumberText, Outside } from "./text.tsx";
import { failureText } from "./words.tsx";

const pages: readonly (readonly [href: string, key: Key, icon: IconName, roles?: readonly Me["role"][]])[] = [
	["/", "nav.desk", "desk"],
	["/process", "tab.process", "progress"],
	["/call-back", "tab.call-back", "missed"],
	["/plans", "tab.plans", "calendar"],
	["/floor", "nav.floor", "progress", ["supervisor", "admin"]],
	["/calls", "nav.calls", "phone"],
	["/contacts", "nav.contacts", "user"],
	["/contacts/new", "contact.new", "plus"],
	["/settings", "nav.settings", "settings"],
	["/admin/pbx", "nav.pbx", "plug", ["admin"]],
	["/admin/users", "nav.users", "users", ["admin"]],
	["/admin/company", "nav.company", "company", ["admin"]],
];

interface Entry {
	readonly id: string;
	readonly icon: IconName;
	readonly text: string;
	readonly contact?: Contact;
	readonly run: () => void;
}

/** One field for people, numbers and pages; arrows choose, Enter goes. */
export default function Palette({ onClose }: { onClose: () => void }) {
	const { route } = useLocation();
	const query = useSignal("");
	const chosen = useSignal(0);
	const field = useRef<HTMLInputElement>(null);
	const found = useMemo(
		() => createList((_after, signal) => api.contacts({ q: query.value.trim(), limit: 8 }, signal)),
		[],
	);
	useLayoutEffect(() => field.current?.focus(), []);
	useEffect(() => {
		chosen.value = 0;
		if (query.value.trim().length < 2) {
			found.stop();
			found.items.value = [];
			return;
		}
		const timer = setTimeout(() => void found.reload(), 120);
		return () => clearTimeout(timer);
	}, [query.value]);

	const wanted = query.value.trim().toLocaleLowerCase();
	const go = (href: string) => () => {
		onClose();
		route(href);
	};
	const entries: Entry[] = found.items.value.map((contact) => ({
		id: contact.id,
		icon: contact.kind === "company" ? "company" : "user",
		text: contact.name,
		contact,
		run: go(`/contacts/${contact.id}`),
	}));
	if (looksLikeNumber(wanted)) {
		const number = query.value.trim();
		if (session.me.value?.extension) {
			entries.push({
				id: "dial",
				icon: "phone",
				text: t("dial.to", { number }),
				run: () => {
					onClose();
					void attempt(api.dial(number), t("dial.ringing-you"));
				},
			});
		}
		entries.push({
			id: "calls",
			icon: "clock",
			text: t("search.calls-of", { number }),
			run: go(`/calls?period=all&number=${encodeURIComponent(number)}`),
		});
	}
	for (const [href, key, icon, roles] of pages) {
		if (roles && !roles.some((role) => role === session.role.value)) continue;
		const text = t(key);
		if (wanted === "" || text.toLocaleLowerCase().includes(wanted)) {
			entries.push({ id: href, icon, text, run: go(href) });
		}
	}
	const signOut = t("session.sign-out");
	if (wanted === "" || signOut.toLocaleLowerCase().includes(wanted)) {
		entries.push({ id: "sign-out", icon: "signout", text: signOut, run: () => void session.signOut() });
	}
	const at = Math.min(chosen.value, entries.length - 1);
	useEffect(() => document.getElementById(`palette-${at}`)?.scrollIntoView({ block: "nearest" }), [at]);

	return (
		<Dialog title={t("search.title")} onClose={onClose} bare>
			<div class="palette">
				<input
					ref={field}
					class="input"
					type="search"
					// biome-ignore lint/a11y/noRedundantRoles: without a datalist the role is not implied
					role="combobox"
					list={undefined}
					aria-expanded="true"
					aria-controls="palette-list"
					aria-activedescendant={at >= 0 ? `palette-${at}` : undefined}
					aria-label={t("search.hint")}
					placeholder={t("search.hint")}
					value={query.value}
					onInput={(event) => (query.value = event.currentTarget.value.slice(0, 200))}
					onKeyDown={(event) => {
						const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
						if (step !== 0) {
							event.preventDefault();
							chosen.value = (at + step + entries.length) % Math.max(1, entries.length);
						} else if (event.key === "Enter") {
							event.preventDefault();
							entries[at]?.run();
						} else if (event.key === "Escape") {
							// The browser would only empty the field.
							event.preventDefault();
							onClose();
						}
					}}
				/>
				<div id="palette-list" role="listbox" aria-label={t("search.title")}>
					{entries.map((entry, index) => (
						// biome-ignore lint/a11y/useKeyWithClickEvents: the field above moves through the options
						// biome-ignore lint/a11y/useFocusableInteractive: options of a combobox keep the focus in its field
						<div
							key={entry.id}
							id={`palette-${index}`}
							class="palette-option"
							role="option"
							aria-selected={index === at}
							onClick={entry.run}
						>
							<Icon name={entry.icon} />
							<span class="grow cut">
								<Outside text={entry.text} />
							</span>
							{entry.contact && (
								<span class="muted small cut">
									{entry.contact.company && <Outside text={entry.contact.company.name} class="" />}{" "}
									{entry.contact.numbers[0] && (
										<NumberText number={entry.contact.numbers[0].e164 ?? entry.contact.numbers[0].raw} />
									)}
								</span>
							)}
						</div>
					))}
				</div>
				{entries.length === 0 && (
					<p class="muted palette-none">
						{found.busy.value
							? t("list.loading")
							: found.failure.value
								? failureText(found.failure.value)
								: t("search.nothing")}
					</p>
				)}
			</div>
		</Dialog>
	);
}
