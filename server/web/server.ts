import { randomUUID } from "node:crypto";
import swagger from "@fastify/swagger";
import Fastify, { type FastifyBaseLogger, LogController } from "fastify";
import {
	jsonSchemaTransform,
	serializerCompiler,
	validatorCompiler,
	type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { App } from "../http.ts";
import { answerErrors, answerMalformed, answerUnreadable } from "./errors.ts";

export interface HttpServerOptions {
	readonly log: FastifyBaseLogger;
	/** Believe the last entry of `X-Forwarded-*`: the one that the proxy in front wrote. Those before it anybody can write. */
	readonly trustProxy: boolean;
	readonly version: string;
}

/** A fastify that speaks zod, answers errors in our form and says in one line what each request was. */
export async function createHttpServer({ log, trustProxy, version }: HttpServerOptions): Promise<App> {
	const app = Fastify({
		loggerInstance: log,
		trustProxy: trustProxy && ((_address, hop) => hop === 0),
		// A request that never ends must not hold its connection for ever.
		requestTimeout: 60_000,
		// We write one line of our own; fastify's would carry the address with clients' numbers.
		logController: new LogController({ disableRequestLogging: true }),
		genReqId: () => randomUUID(),
		bodyLimit: 1_000_000,
		frameworkErrors: (error, _request, reply) => answerUnreadable(error, reply),
		clientErrorHandler: answerMalformed,
		// A keep-alive connection must not hold up the end of the server.
		forceCloseConnections: true,
	}).withTypeProvider<ZodTypeProvider>();
	app.setValidatorCompiler(validatorCompiler);
	app.setSerializerCompiler(serializerCompiler);
	// A form of another site can send text/plain without being asked; JSON it cannot.
	app.removeContentTypeParser("text/plain");
	takeNothingAsJson(app);
	answerErrors(app);
	app.addHook("onSend", async (request, reply) => void reply.header("x-request-id", request.id));
	app.addHook("onResponse", async (request, reply) => {
		// The route, not the address: an address carries clients' numbers.
		const route = request.routeOptions.url ?? "no route";
		const ms = Math.round(reply.elapsedTime);
		request.log.info({ method: request.method, route, status: reply.statusCode, ms, ip: request.ip }, "request");
	});
	await app.register(swagger, {
		openapi: {
			openapi: "3.1.0",
			info: { title: "Dzvin", version },
			components: { securitySchemes: { session: { type: "apiKey", in: "cookie", name: "dzvin" } } },
			security: [{ session: [] }],
		},
		transform: jsonSchemaTransform,
	});
	return app;
}

/** Many clients name JSON in every request, also where there is nothing to say: that is no mistake where no body is wanted. */
function takeNothingAsJson(app: App): void {
	const parse = app.getDefaultJsonParser("error", "error");
	app.removeContentTypeParser("application/json");
	app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) => {
		if (body === "" && request.routeOptions.schema?.body === undefined) done(null);
		else void parse(request, body, done);
	});
}
