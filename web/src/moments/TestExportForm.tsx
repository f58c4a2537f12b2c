import { type RefObject, useId, useState } from "react";
import type { TestOptions } from "../model/commandLine";
import styles from "./Moments.module.css";

/** What the last step must do; "" = the server chooses. */
const expectations = {
	"": "default: no exception if it threw, else production",
	production: "production: gives and throws what it did there",
	"no-exception": "no-exception: does not throw",
	"no-output": "no-output: gives no record",
	outputs: "outputs:N: gives N records",
} as const;

const replays = {
	beginning: "run the attempt again from its beginning",
	nearest: "run it again from the nearest checkpoint",
	none: "make no test",
} as const;

type Fields = {
	readonly expect: keyof typeof expectations;
	readonly outputs: string;
	readonly before: string;
	readonly package: string;
	readonly name: string;
	readonly pom: boolean;
	readonly replay: keyof typeof replays;
};

const begin: Fields = { expect: "", outputs: "1", before: "", package: "", name: "", pom: false, replay: "beginning" };

/** What fields come to; what is empty the server chooses. */
function optionsOf(f: Fields): TestOptions {
	const word = (text: string) => (text.trim() === "" ? undefined : text.trim());
	const expect = f.expect === "outputs" ? `outputs:${f.outputs}` : word(f.expect);
	const [before, pack, name] = [word(f.before), word(f.package), word(f.name)];
	return {
		...(expect === undefined ? {} : { expect }),
		...(before === undefined ? {} : { before: Number(before) }),
		...(pack === undefined ? {} : { package: pack }),
		...(name === undefined ? {} : { name }),
		...(f.pom ? { pom: true } : {}),
		...(f.replay === "nearest" ? { from: "nearest" } : f.replay === "none" ? { replay: false } : {}),
	};
}

type Props = {
	readonly busy: boolean;
	readonly may: boolean;
	/** Without it there is nothing to choose about replays. */
	readonly mayReplay: boolean;
	readonly button: RefObject<HTMLButtonElement | null>;
	readonly onChange: (options: TestOptions) => void;
	readonly onMake: () => void;
};

/** What a test is to be like, as sightglass export test takes it. */
export function TestExportForm({ busy, may, mayReplay, button, onChange, onMake }: Props) {
	const id = useId();
	const [fields, setFields] = useState(begin);
	const set = (change: Partial<Fields>) => {
		const next = { ...fields, ...change };
		setFields(next);
		onChange(optionsOf(next));
	};
	return (
		<form
			aria-label="What the test is to be like"
			onSubmit={(e) => {
				e.preventDefault();
				onMake();
			}}
		>
			<fieldset className={styles.fields} disabled={busy || !may}>
				<label htmlFor={`${id}expect`}>What the last step must do</label>
				<Choose id={`${id}expect`} value={fields.expect} choices={expectations} first onChange={(expect) => set({ expect })} />
				{fields.expect === "outputs" && (
					<>
						<label htmlFor={`${id}outputs`}>How many records</label>
						<div className="filter">
							<input
								id={`${id}outputs`}
								type="number"
								min={0}
								max={1_000_000}
								step={1}
								required
								value={fields.outputs}
								onChange={(e) => set({ outputs: e.currentTarget.value })}
							/>
						</div>
					</>
				)}
				<label htmlFor={`${id}before`}>Records before it, at most</label>
				<div className="filter">
					<input
						id={`${id}before`}
						type="number"
						min={0}
						max={1000}
						step={1}
						placeholder="20 of its key; none where there are no keys"
						value={fields.before}
						onChange={(e) => set({ before: e.currentTarget.value })}
					/>
				</div>
				<label htmlFor={`${id}package`}>Package</label>
				<Word id={`${id}package`} most={256} value={fields.package} onChange={(text) => set({ package: text })} />
				<label htmlFor={`${id}name`}>Class</label>
				<Word id={`${id}name`} most={128} value={fields.name} onChange={(name) => set({ name })} />
				{mayReplay && (
					<>
						<label htmlFor={`${id}replay`}>If its key was not traced</label>
						<Choose id={`${id}replay`} value={fields.replay} choices={replays} onChange={(replay) => set({ replay })} />
					</>
				)}
				<label className={styles.wide}>
					<input type="checkbox" checked={fields.pom} onChange={(e) => set({ pom: e.currentTarget.checked })} /> with a <code>pom.xml</code>{" "}
					that runs it
				</label>
				<button ref={button} type="submit" className={`btn main ${styles.make}`}>
					Make the test
				</button>
			</fieldset>
		</form>
	);
}

function Choose<K extends string>(props: {
	readonly id: string;
	readonly value: K;
	readonly choices: Readonly<Record<K, string>>;
	/** It has the focus when the dialogue opens. */
	readonly first?: boolean;
	readonly onChange: (value: K) => void;
}) {
	const choices = Object.keys(props.choices) as K[];
	return (
		<select
			id={props.id}
			className={styles.select}
			data-autofocus={props.first}
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

function Word(props: { readonly id: string; readonly most: number; readonly value: string; readonly onChange: (text: string) => void }) {
	return (
		<div className="filter">
			<input
				id={props.id}
				placeholder="that of the operator's function"
				maxLength={props.most}
				spellCheck={false}
				autoComplete="off"
				value={props.value}
				onChange={(e) => props.onChange(e.currentTarget.value)}
			/>
		</div>
	);
}
