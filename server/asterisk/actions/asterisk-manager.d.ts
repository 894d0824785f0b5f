/** The part of npm `asterisk-manager` 0.2.0 that the control road uses; the package has no types. */
declare module "asterisk-manager" {
	interface Manager {
		on(event: "error", listener: (error: Error) => void): void;
		on(event: "close" | "end" | "connect", listener: () => void): void;
		/** `port` may be the path of a local socket. */
		connect(port: number | string, host: string, connected: () => void): void;
		login(done: (refusal: unknown) => void): void;
		action(
			action: Readonly<Record<string, string | Readonly<Record<string, string>>>>,
			done: (refusal: unknown, answer: unknown) => void,
		): string;
		disconnect(): void;
	}
	/** Without a port it does not connect by itself. */
	export default function createManager(
		port: undefined,
		host: string,
		username: string,
		secret: string,
		events: boolean,
	): Manager;
}
