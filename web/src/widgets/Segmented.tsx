import { type ReactNode, useId } from "react";
import styles from "./Segmented.module.css";

type Choice<T extends string> = { readonly value: T; readonly label: ReactNode };

type Props<T extends string> = {
	readonly label: string;
	readonly value: T;
	readonly choices: readonly Choice<T>[];
	readonly onChange: (value: T) => void;
};

/** One of a few, all visible. Radio buttons underneath, so arrow keys work. */
export function Segmented<T extends string>({ label, value, choices, onChange }: Props<T>) {
	const name = useId();
	return (
		<fieldset className={styles.seg}>
			<legend className="hide">{label}</legend>
			{choices.map((c) => (
				<label key={c.value} className={c.value === value ? styles.on : undefined}>
					<input type="radio" className="hide" name={name} value={c.value} checked={c.value === value} onChange={() => onChange(c.value)} />
					{c.label}
				</label>
			))}
		</fieldset>
	);
}
