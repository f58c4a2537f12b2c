import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ImpactWish, startImpact } from "../../api/impact";
import { type ProblemError, toProblem } from "../../api/problem";
import { clustersQuestion } from "../../api/topic";
import { TextEditor } from "../../inspect/TextEditor";
import { link, type ViewState } from "../../model/address";
import { checkCommand } from "../../model/commandLine";
import { go, refine } from "../../model/navigation";
import { CopyButton } from "../../widgets/CopyButton";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Segmented } from "../../widgets/Segmented";
import { Failed } from "../../widgets/states";
import styles from "./Impact.module.css";
import { viewOf } from "./words";

const kinds = ["schema", "drop", "contract", "topic-config"] as const;
export type ImpactKind = (typeof kinds)[number];

const kindWords: Readonly<Record<ImpactKind, string>> = {
	schema: "Another schema",
	drop: "A field that goes",
	contract: "Another contract",
	"topic-config": "Topic settings",
};

/** NAME=VALUE a line; lines that begin with # say nothing. Undefined where a line is neither. */
export function readSettings(text: string): Readonly<Record<string, string>> | undefined {
	const out: Record<string, string> = {};
	for (const line of text.split("\n")) {
		const one = line.trim();
		if (one === "" || one.startsWith("#")) continue;
		const eq = one.indexOf("=");
		if (eq < 1) return undefined;
		out[one.slice(0, eq).trim()] = one.slice(eq + 1).trim();
	}
	return Object.keys(out).length === 0 ? undefined : out;
}

/** What is asked, or why it cannot be. */
export function wishOf(kind: ImpactKind, state: Pick<ViewState, "of" | "key" | "field">, text: string): ImpactWish | string {
	const place = state.of ?? "";
	const stroke = place.indexOf("/");
	const topic = place.slice(stroke + 1);
	const where = { ...(stroke < 1 ? {} : { cluster: place.slice(0, stroke) }), ...(topic === "" ? {} : { topic }) };
	switch (kind) {
		case "schema":
			if (text.trim() === "") return "paste the schema that is to come";
			if (topic === "" && state.key === undefined) return "name a topic or a subject";
			return { ...where, ...(state.key === undefined ? {} : { subject: state.key }), schema: text };
		case "drop":
			if (topic === "") return "name a topic";
			return state.field === undefined ? "name the field that is to go" : { ...where, drop: state.field };
		case "contract":
			return text.trim() === "" ? "paste the contract that is to come" : { ...where, contract: text };
		case "topic-config": {
			if (topic === "") return "name a topic";
			const config = readSettings(text);
			return config === undefined ? "write settings as NAME=VALUE, one a line" : { ...where, config };
		}
	}
}

/** What the address says changes. */
export function kindOf(tab: string | undefined): ImpactKind {
	return kinds.find((k) => k === tab) ?? "schema";
}

type Props = {
	readonly state: ViewState;
	readonly kind: ImpactKind;
	readonly onKind: (kind: ImpactKind) => void;
	/** It is about the topic that the state names, and no other. */
	readonly placed?: boolean;
	readonly mayRun: boolean;
};

const nothing = { text: "" };

/** Asks who breaks. What it is about stands in the address; texts do not. */
export function ImpactForm({ state, kind, onKind, placed = false, mayRun }: Props) {
	const client = useQueryClient();
	const clusters = useQuery({ ...clustersQuestion, retry: false }).data ?? [];
	const [text, setText] = useState("");
	const [given, setGiven] = useState(nothing);
	const [busy, setBusy] = useState(false);
	const [trouble, setTrouble] = useState<ProblemError>();
	const wish = wishOf(kind, state, text);
	const send = async () => {
		if (typeof wish === "string") return;
		setBusy(true);
		setTrouble(undefined);
		try {
			const run = await startImpact(wish);
			await client.invalidateQueries({ queryKey: ["impacts"] });
			go(link({ screen: "impact", id: run.id }, viewOf(run)));
		} catch (e) {
			setTrouble(toProblem(e));
			setBusy(false);
		}
	};
	const put = (name: "of" | "key" | "field") => (typed: string) => refine({ [name]: typed === "" ? undefined : typed });
	return (
		<Panel title="Who breaks?" about="before it is changed">
			<form
				aria-label="Who breaks"
				onSubmit={(e) => {
					e.preventDefault();
					void send();
				}}
			>
				<div className={styles.form}>
					<Segmented
						label="What changes"
						value={kind}
						choices={kinds.map((value) => ({ value, label: kindWords[value] }))}
						onChange={(next) => {
							onKind(next);
							setText("");
							setGiven({ text: "" });
						}}
					/>
					{!placed && <Field label="cluster/topic" value={state.of} hint={`${clusters[0] ?? "prod"}/orders`} onChange={put("of")} />}
					{kind === "schema" && !placed && <Field label="subject" value={state.key} hint="orders-value" onChange={put("key")} />}
					{kind === "drop" && <Field label="field" value={state.field} hint="customer.email" onChange={put("field")} />}
				</div>
				{kind !== "drop" && (
					<div className={styles.editor}>
						<TextEditor
							key={kind}
							label={kind === "schema" ? "Text of the schema" : kind === "contract" ? "Text of the contract" : "Settings"}
							given={given}
							hint={
								kind === "topic-config"
									? "retention.ms=86400000"
									: kind === "schema"
										? "Avro, Protobuf or JSON Schema"
										: "apiVersion: v3.1.0"
							}
							onChange={setText}
						/>
					</div>
				)}
				<div className={styles.form}>
					<button type="submit" className="btn main" disabled={busy || !mayRun || typeof wish === "string"}>
						<Icon name="search" size="s" />
						Who breaks?
					</button>
					<span className="dim">
						{!mayRun
							? "Who reads this may not ask it (action impact:run)."
							: typeof wish === "string"
								? wish
								: "Nothing is changed by asking."}
					</span>
					<span className="row">
						<code className="cut">{checkCommand({ ...state, tab: kind })}</code>
						<CopyButton text={() => checkCommand({ ...state, tab: kind })} label="Copy the same as a command" />
					</span>
				</div>
			</form>
			{trouble !== undefined && <Failed what="The report" head="That could not be asked" trouble={trouble} />}
		</Panel>
	);
}

type FieldProps = {
	readonly label: string;
	readonly value: string | undefined;
	readonly hint: string;
	readonly onChange: (text: string) => void;
};

function Field({ label, value, hint, onChange }: FieldProps) {
	return (
		<label className="row">
			<span className="dim nowrap">{label}</span>
			<span className="filter">
				<input value={value ?? ""} placeholder={hint} onChange={(e) => onChange(e.currentTarget.value)} />
			</span>
		</label>
	);
}
