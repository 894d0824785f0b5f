import { useEffect, useRef } from "preact/hooks";
import { TextField } from "./field.tsx";

interface Props {
	readonly label: string;
	readonly value: string;
	readonly maxLength: number;
	readonly placeholder: string;
	readonly onValue: (value: string) => void;
}

/** A field to search in, whose value is told when the typing stops. */
export function LateField({ onValue, ...rest }: Props) {
	const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
	useEffect(() => () => clearTimeout(timer.current), []);
	return (
		<TextField
			{...rest}
			type="search"
			onValue={(text) => {
				clearTimeout(timer.current);
				timer.current = setTimeout(() => onValue(text), 300);
			}}
		/>
	);
}
