import { Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Attribute, changeEntity, type Entity, proposeChange } from "../../api/catalog";
import { type ProblemError, toProblem } from "../../api/problem";
import { Markdown } from "../../catalog/Markdown";
import { Icon } from "../../widgets/Icon";
import { Failed } from "../../widgets/states";
import styles from "./EntityPanel.module.css";

type ButtonProps = {
	readonly entity: Entity;
	readonly attribute: Attribute;
	/** Of a field; absent: of the entity. */
	readonly path?: string;
	/** What is said now. */
	readonly now: readonly string[];
	/** On the button; absent: a pencil. */
	readonly word?: string;
};

const hints: Readonly<Record<Attribute, string>> = {
	owners: "One a line: team:NAME, or person:ID.",
	tags: "One a line. A tag that the access policy has a rule for masks values.",
	doc: "Markdown: headings, lists, code, links. HTML is shown as text.",
	contact: "A channel, an address of mail, or a page.",
	members: "One a line: person:ID.",
};

/** Changes what is said, or proposes to. */
export function EditButton(p: ButtonProps) {
	const [opened, setOpened] = useState(false);
	const [done, setDone] = useState(false);
	const of = p.path === undefined ? p.entity.name : p.path;
	const label = `${p.entity.editable ? "Edit" : "Propose"} ${p.attribute} of ${of}`;
	return (
		<>
			<button
				type="button"
				className={p.word === undefined ? `btn quiet icon ${styles.edit}` : "btn"}
				aria-label={label}
				title={label}
				aria-haspopup="dialog"
				onClick={() => {
					setDone(false);
					setOpened(true);
				}}
			>
				<Icon name="edit" size="s" />
				{p.word}
			</button>
			<span role="status" className={done ? "c-ok" : "hide"}>
				{done && (
					<>
						<Icon name="ok" size="s" /> {p.entity.editable ? "changed" : "proposed"}
					</>
				)}
			</span>
			<Modal
				opened={opened}
				onClose={() => setOpened(false)}
				title={label}
				size={560}
				yOffset="10vh"
				closeButtonProps={{ "aria-label": "Close" }}
			>
				{opened && (
					<EditForm
						{...p}
						onDone={() => {
							setOpened(false);
							setDone(true);
						}}
					/>
				)}
			</Modal>
		</>
	);
}

function EditForm({ entity, attribute, path, now, onDone }: ButtonProps & { readonly onDone: () => void }) {
	const client = useQueryClient();
	const one = attribute === "doc" || attribute === "contact";
	const [text, setText] = useState(now.join(one ? "\n\n" : "\n"));
	const [reason, setReason] = useState("");
	const [busy, setBusy] = useState(false);
	const [trouble, setTrouble] = useState<ProblemError>();
	const values = one
		? text.trim() === ""
			? []
			: [attribute === "doc" ? text : text.trim()]
		: text.split("\n").flatMap((l) => (l.trim() === "" ? [] : [l.trim()]));
	const same = values.length === now.length && values.every((v, i) => v === now[i]);
	const send = async (e: FormEvent) => {
		e.preventDefault();
		setBusy(true);
		setTrouble(undefined);
		try {
			const body = { attribute, values, reason: reason.trim(), ...(path === undefined ? {} : { path }) };
			await (entity.editable ? changeEntity : proposeChange)(entity.id, body);
			await client.invalidateQueries({ queryKey: ["catalog"] });
			onDone();
		} catch (err) {
			setTrouble(toProblem(err));
			setBusy(false);
		}
	};
	return (
		<form className={styles.dialog} aria-label={`${attribute} and reason`} onSubmit={(e) => void send(e)}>
			{!entity.editable && (
				<p className="mid">
					You may not change this yourself. An owner, or somebody with the right catalog:write, decides about what you propose.
				</p>
			)}
			<label>
				<span>
					{attribute} <span className="dim">{hints[attribute]}</span>
				</span>
				<textarea
					data-autofocus
					rows={attribute === "doc" ? 10 : one ? 1 : 4}
					spellCheck={attribute === "doc"}
					value={text}
					onChange={(e) => setText(e.currentTarget.value)}
				/>
			</label>
			{attribute === "doc" && text.trim() !== "" && (
				<details>
					<summary>As it will be read</summary>
					<div className={styles.preview}>
						<Markdown text={text} />
					</div>
				</details>
			)}
			<label>
				<span>
					Why <span className="dim">it stays in the history, and in the audit log</span>
				</span>
				<span className="filter">
					<input required maxLength={1000} autoComplete="off" value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
				</span>
			</label>
			<div className="row">
				<button type="submit" className="btn main" disabled={busy || same || reason.trim() === ""}>
					{entity.editable ? "Change it" : "Propose it"}
				</button>
				{values.length === 0 && now.length > 0 && <span className="c-late">takes away what is there</span>}
			</div>
			{trouble !== undefined && (
				<Failed what="It" head={entity.editable ? "It was not changed" : "It was not proposed"} trouble={trouble} />
			)}
		</form>
	);
}
