import { type RefObject, useId } from "react";
import { Choose } from "./Choose";
import styles from "./Share.module.css";
import { extents, type Fields, usable } from "./wish";

type Props = {
	readonly fields: Fields;
	/** Roles that can be picked; others can be typed. */
	readonly own: readonly string[];
	readonly busy: boolean;
	readonly may: boolean;
	/** What is left to say. */
	readonly wrong: string | undefined;
	readonly button: RefObject<HTMLButtonElement | null>;
	readonly onChange: (change: Partial<Fields>) => void;
	readonly onLook: () => void;
};

/** What is to leave, and for whom, as sightglass export incident takes it. */
export function ShareForm({ fields: f, own, busy, may, wrong, button, onChange, onLook }: Props) {
	const id = useId();
	return (
		<form
			aria-label="What is to leave"
			onSubmit={(e) => {
				e.preventDefault();
				if (wrong === undefined) onLook();
			}}
		>
			<fieldset className={styles.fields} disabled={busy || !may}>
				<label htmlFor={`${id}extent`}>What</label>
				<Choose id={`${id}extent`} value={f.extent} choices={extents} first onChange={(extent) => onChange({ extent })} />
				{f.extent === "around" && (
					<>
						<label htmlFor={`${id}around`}>Position</label>
						<Word
							id={`${id}around`}
							value={f.around}
							most={512}
							hint="operator.subtask.attempt.invocation"
							onChange={(around) => onChange({ around })}
						/>
					</>
				)}
				{f.extent === "stretch" && (
					<>
						<label htmlFor={`${id}from`}>From</label>
						<Word
							id={`${id}from`}
							value={f.from}
							most={64}
							hint="a time or -5m; empty: the beginning"
							onChange={(from) => onChange({ from })}
						/>
						<label htmlFor={`${id}to`}>To</label>
						<Word id={`${id}to`} value={f.to} most={64} hint="a time or -5m; empty: the end" onChange={(to) => onChange({ to })} />
					</>
				)}
				{f.extent !== "all" && (
					<span className={`mid ${styles.wide}`}>It is widened to the completed checkpoints around it, so that it can be replayed.</span>
				)}
				<label htmlFor={`${id}as`}>For the role</label>
				<Word
					id={`${id}as`}
					value={f.as}
					most={128}
					hint="empty: what you see yourself"
					list={`${id}roles`}
					onChange={(as) => onChange({ as })}
				/>
				<datalist id={`${id}roles`}>
					{own.map((r) => (
						<option key={r} value={r} />
					))}
				</datalist>
				<label className={styles.wide}>
					<input type="checkbox" checked={f.state} onChange={(e) => onChange({ state: e.currentTarget.checked })} /> with files of state, as
					far as they are recorded and nothing is masked
				</label>
				<label className={styles.wide}>
					<input type="checkbox" checked={f.jars} onChange={(e) => onChange({ jars: e.currentTarget.checked })} /> with the job's jars
				</label>
				<label className={styles.wide}>
					<input type="checkbox" checked={f.program} onChange={(e) => onChange({ program: e.currentTarget.checked })} /> with the program as
					it is, so that it runs again: only for who sees every value
				</label>
				<label htmlFor={`${id}expires`}>To be used</label>
				<Choose id={`${id}expires`} value={f.expires} choices={usable} onChange={(expires) => onChange({ expires })} />
				<label htmlFor={`${id}keys`}>Encrypted for</label>
				<textarea
					id={`${id}keys`}
					className={`mono ${styles.keys}`}
					rows={2}
					spellCheck={false}
					autoComplete="off"
					placeholder="public keys of age (age1…), one a line; empty: whoever has the file can read it"
					value={f.keys}
					onChange={(e) => onChange({ keys: e.currentTarget.value })}
				/>
				{wrong !== undefined && (
					<p className={`c-late ${styles.wide}`} role="alert">
						{wrong}
					</p>
				)}
				<button ref={button} type="submit" className={`btn main ${styles.make}`} disabled={wrong !== undefined}>
					Show what would leave
				</button>
			</fieldset>
		</form>
	);
}

function Word(props: {
	readonly id: string;
	readonly value: string;
	readonly most: number;
	readonly hint: string;
	readonly list?: string;
	readonly onChange: (text: string) => void;
}) {
	return (
		<div className="filter">
			<input
				id={props.id}
				list={props.list}
				placeholder={props.hint}
				maxLength={props.most}
				spellCheck={false}
				autoComplete="off"
				value={props.value}
				onChange={(e) => props.onChange(e.currentTarget.value)}
			/>
		</div>
	);
}
