import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/shell.css";
import "./styles/card.css";
import "./styles/contact.css";
import "./styles/admin.css";
import "./styles/screens.css";
import "./styles/narrow.css";
import { App } from "./app.tsx";
import { begin, session } from "./client.ts";
import { tellCutTexts } from "./parts/cut-titles.ts";
import { keepFocus } from "./parts/keep-focus.ts";

const root = document.querySelector("#app");
if (root) {
	try {
		await begin();
	} catch (error) {
		// The texts did not arrive: without them there is nothing to show.
		setTimeout(() => location.reload(), 1500);
		throw error;
	}
	render(<App />, root);
	await session.look();
}
tellCutTexts(document);
keepFocus(document);
