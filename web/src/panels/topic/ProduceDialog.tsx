import { useId, useState } from "react";
import type { ProduceRecord } from "../../api/schema";
import type { KafkaTopic } from "../../api/topic";
import { Icon } from "../../widgets/Icon";
import { Segmented } from "../../widgets/Segmented";
import { Produced, useProduce } from "./produce";
import styles from "./TopicPanel.module.css";

type Form = "text" | "json" | "null";

/** Headers as somebody types them: a name, a colon and a value, one a line. A line without a colon is a header without a value. */
export function readHeaders(text: string): NonNullable<ProduceRecord["headers"]> {
	return text
		.split("\n")
		.filter((line) => line.trim() !== "")
		.map((line) => {
			const colon = line.indexOf(":");
			if (colon < 0) return { name: line.trim() };
			return { name: line.slice(0, colon).trim(), value: { text: line.slice(colon + 1).trim() } };
		});
}

/** What is no JSON, in the browser's words; undefined: it is some. */
function jsonProblem(text: string): string | undefined {
	try {
		JSON.parse(text);
		return undefined;
	} catch (e) {
		return e instanceof Error ? e.message : "this is no JSON";
	}
}

/** Writes one record to a topic. */
export function ProduceDialog({ cluster, topic }: { readonly cluster: string; readonly topic: KafkaTopic }) {
	const id = useId();
	const [form, setForm] = useState<Form>("json");
	const [fields, setFields] = useState({ partition: "", key: "", value: "", headers: "", why: "" });
	const set = (change: Partial<typeof fields>) => setFields({ ...fields, ...change });
	const { busy, said, write } = useProduce(cluster);
	const problem = form === "json" && fields.value !== "" ? jsonProblem(fields.value) : undefined;
	const send = () => {
		const headers = readHeaders(fields.headers);
		const record: ProduceRecord = {
			...(fields.partition === "" ? {} : { partition: Number(fields.partition) }),
			...(fields.key === "" ? {} : { key: { text: fields.key } }),
			...(form === "null" ? {} : { value: { text: fields.value } }),
			...(headers.length === 0 ? {} : { headers }),
		};
		void write(topic.name, { records: [record], ...(fields.why.trim() === "" ? {} : { why: fields.why.trim() }) });
	};
	return (
		<div className={styles.dialog}>
			<p>
				The record is written to <b>{topic.name}</b> of {cluster}, and whoever reads the topic gets it. Nobody can take it back.
			</p>
			<form
				aria-label="The record"
				onSubmit={(e) => {
					e.preventDefault();
					if (problem === undefined) send();
				}}
			>
				<fieldset className={styles.fields} disabled={busy}>
					<label htmlFor={`${id}key`}>Key</label>
					<div className="filter">
						<input
							id={`${id}key`}
							data-autofocus
							placeholder="none"
							value={fields.key}
							onChange={(e) => set({ key: e.currentTarget.value })}
						/>
					</div>
					<span>Value is</span>
					<Segmented
						label="Value is"
						value={form}
						choices={[
							{ value: "json", label: "JSON" },
							{ value: "text", label: "text" },
							{ value: "null", label: "null, a tombstone" },
						]}
						onChange={setForm}
					/>
					{form !== "null" && (
						<>
							<label htmlFor={`${id}value`}>Value</label>
							<textarea
								id={`${id}value`}
								className={styles.text}
								required={form === "json"}
								spellCheck={false}
								aria-invalid={problem !== undefined}
								aria-describedby={`${id}problem`}
								value={fields.value}
								onChange={(e) => set({ value: e.currentTarget.value })}
							/>
							<p id={`${id}problem`} className={`${styles.wide} c-drop`} role="status">
								{problem ?? ""}
							</p>
						</>
					)}
					<label htmlFor={`${id}headers`}>Headers</label>
					<textarea
						id={`${id}headers`}
						className={styles.text}
						spellCheck={false}
						placeholder="trace-id: 4711"
						value={fields.headers}
						onChange={(e) => set({ headers: e.currentTarget.value })}
					/>
					<label htmlFor={`${id}partition`}>Partition</label>
					<select
						id={`${id}partition`}
						className={styles.select}
						value={fields.partition}
						onChange={(e) => set({ partition: e.currentTarget.value })}
					>
						<option value="">by the key</option>
						{topic.parts.map((p) => (
							<option key={p.partition} value={p.partition}>
								{p.partition}
							</option>
						))}
					</select>
					<label htmlFor={`${id}why`}>Why</label>
					<div className="filter">
						<input
							id={`${id}why`}
							placeholder="for the audit log"
							maxLength={1024}
							value={fields.why}
							onChange={(e) => set({ why: e.currentTarget.value })}
						/>
					</div>
					<button type="submit" className={`btn main ${styles.button}`} disabled={problem !== undefined}>
						<Icon name="emit" size="s" />
						Write the record
					</button>
				</fieldset>
			</form>
			<Produced cluster={cluster} said={said} />
		</div>
	);
}
