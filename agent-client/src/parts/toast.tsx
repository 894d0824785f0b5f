import { signal } from "@preact/signals";
import { Icon } from "./icon.tsx";

interface Toast {
	readonly id: number;
	readonly text: string;
	readonly tone: "good" | "bad";
}
const toasts = signal<readonly Toast[]>([]);
let count = 0;

/** Says one sentence for six seconds, without taking the focus. */
export function say(text: string, tone: Toast["tone"] = "good"): void {
	const toast = { id: ++count, text, tone };
	toasts.value = [...toasts.value.slice(-2), toast];
	setTimeout(() => {
		toasts.value = toasts.value.filter((other) => other !== toast);
	}, 6000);
}

export function Toasts() {
	return (
		<div class="toasts" role="status" aria-live="polite">
			{toasts.value.map((toast) => (
				<p key={toast.id} class={`notice ${toast.tone}`}>
					<Icon name={toast.tone === "good" ? "check" : "alert"} />
					<span>{toast.text}</span>
				</p>
			))}
		</div>
	);
}
