/** Where the storing of calls says what went wrong; the server's log fits. */
export interface Log {
	warn(context: object, message: string): void;
	error(context: object, message: string): void;
}
