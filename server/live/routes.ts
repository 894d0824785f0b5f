import type { App } from "../http.ts";
import { UnseenPage, UnseenQuery } from "../protocol/floor.ts";
import type { UnseenStore } from "./unseen-store.ts";

/** Pop-ups that nobody saw in time: the rows behind the supervisors' figure. */
export function registerUnseenRoutes(app: App, { unseen }: { readonly unseen: Pick<UnseenStore, "list"> }): void {
	app.get(
		"/api/unseen",
		{
			schema: {
				summary: "Pop-ups of ringing phones that nobody had seen after five seconds, newest first",
				querystring: UnseenQuery,
				response: { 200: UnseenPage },
			},
		},
		(request) => unseen.list(request.query),
	);
}
