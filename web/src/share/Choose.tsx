import styles from "./Share.module.css";

type Props<K extends string> = {
	readonly id: string;
	readonly value: K;
	readonly choices: Readonly<Record<K, string>>;
	/** It has the focus when the dialogue opens. */
	readonly first?: boolean;
	readonly disabled?: boolean;
	readonly onChange: (value: K) => void;
};

/** One of some, by what each is called. */
export function Choose<K extends string>(props: Props<K>) {
	const choices = Object.keys(props.choices) as K[];
	return (
		<select
			id={props.id}
			className={styles.select}
			data-autofocus={props.first}
			disabled={props.disabled}
			value={props.value}
			onChange={(e) => props.onChange(choices.find((c) => c === e.currentTarget.value) ?? props.value)}
		>
			{choices.map((c) => (
				<option key={c} value={c}>
					{props.choices[c]}
				</option>
			))}
		</select>
	);
}
