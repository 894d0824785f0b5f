import { Icon } from "./icon.tsx";

/** Why the server refused, in the form itself: what was typed stays there. Nothing while there is no reason. */
export function Refused({ text }: { text: string | null }) {
	return (
		text && (
			<p class="wrong grow" role="alert">
				<Icon name="alert" small />
				{text}
			</p>
		)
	);
}
