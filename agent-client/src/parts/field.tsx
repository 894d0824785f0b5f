import { type ComponentChildren, createElement, type TargetedInputEvent } from "preact";
import { useId } from "preact/hooks";
import { t } from "../i18n/translate.ts";
import { fieldText } from "../said/said.ts";
import { Icon } from "./icon.tsx";

/** What ties a control to its label and error. */
interface ControlProps {
	id: string;
	"aria-invalid": "true" | "false";
	"aria-describedby"?: string;
}
interface FieldProps {
	readonly label: string;
	readonly hint?: string | undefined;
	/** What is wrong with the value; null or absent when nothing is. */
	readonly wrong?: string | null | undefined;
	readonly children: (control: ControlProps) => ComponentChildren;
}

/** Label, control, hint and error, tied together for every kind of reader. */
export function Field({ label, hint, wrong, children }: FieldProps) {
	const id = useId();
	const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
	const control: ControlProps = { id, "aria-invalid": wrong ? "true" : "false" };
	if (described) control["aria-describedby"] = described;
	return (
		<div class="field">
			<label for={id}>{label}</label>
			{children(control)}
			{hint && (
				<span class="hint" id={`${id}-hint`}>
					{hint}
				</span>
			)}
			{wrong && (
				<span class="wrong" id={`${id}-wrong`}>
					<Icon name="alert" small />
					{wrong}
				</span>
			)}
		</div>
	);
}

interface TextFieldProps extends Omit<FieldProps, "children"> {
	readonly value: string;
	readonly onValue: (value: string) => void;
	readonly type?: "text" | "email" | "password" | "search" | "tel" | "number" | undefined;
	readonly placeholder?: string | undefined;
	readonly autocomplete?: string | undefined;
	readonly required?: boolean | undefined;
	readonly maxLength?: number | undefined;
	readonly lines?: number | undefined;
	readonly inputRef?: ((element: HTMLElement | null) => void) | undefined;
}

/** As plain text: the types of `<input>` in JSX know each kind only by its own literal. */
const input: string = "input";

/** One line of text, or several with `lines`. */
export function TextField(props: TextFieldProps) {
	const { value, onValue, type = "text", lines, inputRef, label, hint, wrong, ...rest } = props;
	const onInput = (event: TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) =>
		onValue(event.currentTarget.value);
	return (
		<Field label={label} hint={hint} wrong={wrong}>
			{(control) =>
				lines === undefined ? (
					createElement(input, {
						...control,
						...rest,
						ref: inputRef ?? null,
						class: "input",
						type,
						value,
						onInput,
					})
				) : (
					<textarea
						{...control}
						ref={inputRef ?? null}
						class="input"
						rows={lines}
						placeholder={rest.placeholder}
						maxLength={rest.maxLength}
						value={value}
						onInput={onInput}
					/>
				)
			}
		</Field>
	);
}

interface SelectFieldProps<T extends string> extends Omit<FieldProps, "children"> {
	readonly value: T;
	readonly options: readonly (readonly [value: T, text: string])[];
	readonly onValue: (value: T) => void;
}

export function SelectField<T extends string>(props: SelectFieldProps<T>) {
	const { value, options, onValue } = props;
	return (
		<Field label={props.label} hint={props.hint} wrong={props.wrong}>
			{(control) => (
				<select
					{...control}
					class="input"
					value={value}
					onChange={(event) => {
						const chosen = options.find(([option]) => option === event.currentTarget.value);
						if (chosen) onValue(chosen[0]);
					}}
				>
					{options.map(([option, text]) => (
						<option key={option} value={option} selected={option === value}>
							{text}
						</option>
					))}
				</select>
			)}
		</Field>
	);
}

/** What the server says of a field, in the words of the client with the server's own behind them. */
export function serverWrong(fields: Readonly<Record<string, string>>, path: string): string | null {
	const found = Object.entries(fields).find(([key]) => key === path || key.startsWith(`${path}.`));
	return found ? t("field.refused", { message: fieldText(found[1]) }) : null;
}
