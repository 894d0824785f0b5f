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

const root = document.querySelector("#app");
if (root) {
	await begin();
	render(<App />, root);
	await session.look();
}
