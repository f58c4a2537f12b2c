import type { ReactNode } from "react";
import type { Attribute, Entity } from "../../api/catalog";
import { Owners } from "../../catalog/EntityLink";
import { Markdown } from "../../catalog/Markdown";
import { Panel } from "../../widgets/Panel";
import { EditButton } from "./EditDialog";
import styles from "./EntityPanel.module.css";
import { Contact } from "./Head";

/** What people say of it: whose it is, whom to call, tags, and what to know. */
export function People({ entity: e }: { readonly entity: Entity }) {
	const edit = (attribute: Attribute, now: readonly string[]) => <EditButton entity={e} attribute={attribute} now={now} />;
	const own = e.kind === "team" || e.kind === "person";
	return (
		<Panel title="What people say" about={e.owns ? "you are an owner" : undefined} end={e.editable ? undefined : "you may propose changes"}>
			<dl className={`kv ${styles.kv}`}>
				{!own && (
					<Said word="Owners" edit={edit("owners", e.owners)}>
						<span>
							<Owners ids={e.owners} />
							{e.owner_source !== undefined && e.owner_source !== "" && <span className="dim"> by {e.owner_source}</span>}
						</span>
					</Said>
				)}
				<Said word="Call" edit={edit("contact", e.contact === undefined || e.contact === "" ? [] : [e.contact])}>
					{e.contact === undefined || e.contact === "" ? <span className="dim">nobody said whom</span> : <Contact text={e.contact} />}
				</Said>
				<Said word="Tags" edit={edit("tags", e.tags)}>
					{e.tags.length === 0 ? <span className="dim">none</span> : <span>{e.tags.join(", ")}</span>}
				</Said>
				<Said word="Doc" edit={edit("doc", e.doc_text === undefined || e.doc_text === "" ? [] : [e.doc_text])}>
					<span className="dim">
						{e.doc_text === undefined || e.doc_text === ""
							? "nothing is written yet"
							: e.doc_source === undefined
								? ""
								: `by ${e.doc_source}`}
					</span>
				</Said>
			</dl>
			{e.doc_text !== undefined && e.doc_text !== "" && (
				<div className={styles.doc}>
					<Markdown text={e.doc_text} />
				</div>
			)}
		</Panel>
	);
}

function Said({ word, edit, children }: { readonly word: string; readonly edit: ReactNode; readonly children: ReactNode }) {
	return (
		<>
			<dt>{word}</dt>
			<dd>
				{children}
				{edit}
			</dd>
		</>
	);
}
