import type { Said } from "../../../server/protocol/said.ts";
import { pieces } from "../said/said.ts";

/** What the server says, its values in the style of code: they are names, addresses and lines of files. */
export function Spoken({ said, english }: { said: Said | null | undefined; english: string }) {
	return (
		<>
			{pieces(said, english).map(({ text, name }, index) =>
				name === null ? <span key={index}>{text}</span> : <code key={index}>{text}</code>,
			)}
		</>
	);
}
