/** A page that answers a question about a moment: choices and the moment above, the answer below. */
import { type ReactNode, useState } from "react";
import styles from "./Ask.module.css";
import { Icon } from "./Icon";

export function AskPage({ children }: { readonly children: ReactNode }) {
	return <div className={styles.page}>{children}</div>;
}

export function AskBody({ children }: { readonly children: ReactNode }) {
	return <div className={styles.body}>{children}</div>;
}

/** Choices are its children; what is typed as the moment counts when it is sent. */
export function AskForm(props: {
	readonly at: string | undefined;
	readonly label: string;
	readonly placeholder: string;
	readonly onShow: (at: string | undefined) => void;
	readonly children: ReactNode;
}) {
	const [at, setAt] = useState(props.at ?? "");
	return (
		<form
			className={styles.ask}
			onSubmit={(e) => {
				e.preventDefault();
				props.onShow(at.trim() === "" ? undefined : at.trim());
			}}
		>
			{props.children}
			<div className={`filter ${styles.at}`}>
				<Icon name="clock" className="dim" />
				<input aria-label={props.label} placeholder={props.placeholder} value={at} onChange={(e) => setAt(e.currentTarget.value)} />
			</div>
			<button type="submit" className="btn main">
				Show
			</button>
		</form>
	);
}

export interface Choice {
	readonly id: string;
	readonly value: string;
	readonly name: string;
}

/** One of some; what an address names and is not among them stays chosen. */
export function AskSelect(props: {
	readonly label: string;
	readonly none: string;
	readonly value: string | undefined;
	readonly choices: readonly Choice[];
	readonly onChose: (value: string | undefined) => void;
}) {
	const { value } = props;
	return (
		<label>
			<span className="dim">{props.label}</span>{" "}
			<select
				className={styles.select}
				value={value ?? ""}
				onChange={(e) => props.onChose(e.currentTarget.value === "" ? undefined : e.currentTarget.value)}
			>
				<option value="">{props.none}</option>
				{props.choices.map((c) => (
					<option key={c.id} value={c.value}>
						{c.name}
					</option>
				))}
				{value !== undefined && !props.choices.some((c) => c.value === value) && <option value={value}>{value}</option>}
			</select>
		</label>
	);
}
