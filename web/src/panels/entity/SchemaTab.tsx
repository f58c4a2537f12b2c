import { useQuery } from "@tanstack/react-query";
import type { Entity } from "../../api/catalog";
import { toProblem } from "../../api/problem";
import { versionsQuestion } from "../../api/schemaRegistry";
import { plural } from "../../base/quantity";
import { link } from "../../model/address";
import { refine } from "../../model/navigation";
import { Register } from "../../promises/schemas/Register";
import { VersionsTab } from "../../promises/schemas/VersionsTab";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Segmented } from "../../widgets/Segmented";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import styles from "./EntityPanel.module.css";
import type { TabProps } from "./tabs";

/** The subjects of a stream's schemas, values before keys; of a schema, its own. */
export function subjectsOf(e: Entity): readonly string[] {
	const schemas = e.kind === "schema" ? [e] : e.parts.filter((p) => p.kind === "schema");
	const keys = (key: boolean) => schemas.filter((s) => (s.facts.part === "key") === key);
	return [...new Set([...keys(false), ...keys(true)].flatMap((s) => s.facts.subject ?? []))];
}

/** What its records are written with, version by version, and what would come of another one. */
export function SchemaTab({ entity, state }: TabProps) {
	const subjects = subjectsOf(entity);
	const subject = subjects.find((s) => s === state.key) ?? subjects[0];
	if (subject === undefined) {
		return (
			<Empty title="No schema is registered for it" icon="file">
				<p>
					Records are read as what they look like. A schema of the registry whose subject is named after the stream stands here as soon as
					it is registered.
				</p>
				<a className="btn" href={link({ screen: "subjects" })}>
					All subjects
				</a>
			</Empty>
		);
	}
	return (
		<Scroll label="Schema" className={styles.tabBody}>
			{subjects.length > 1 && (
				<Segmented
					label="Subject"
					value={subject}
					choices={subjects.map((s) => ({ value: s, label: s }))}
					onChange={(key) => refine({ key, sel: undefined, of: undefined })}
				/>
			)}
			<Subject key={subject} subject={subject} state={state} />
		</Scroll>
	);
}

function Subject({ subject, state }: { readonly subject: string; readonly state: TabProps["state"] }) {
	const query = useQuery(versionsQuestion(subject));
	if (query.data === undefined) {
		if (!query.isError) return <SkeletonRows rows={8} label={`the subject ${subject}`} />;
		const trouble = toProblem(query.error);
		if (trouble.status === 404) {
			return (
				<Empty title={`The registry has no ${subject} any more`} icon="file">
					<p>The catalog remembers it; its versions are gone.</p>
				</Empty>
			);
		}
		return <Failed what={`The subject ${subject}`} trouble={trouble} onRetry={() => void query.refetch()} />;
	}
	const { items, level, profile } = query.data;
	return (
		<>
			<p className="mid">
				<a className="link mono" href={link({ screen: "subject", subject })}>
					{subject}
				</a>
				, {plural(items.length, "version")}, level <b className="strong">{level}</b>, rules of {profile}
			</p>
			<Panel title="What if it changes?" about="edit the newest version">
				<Register versions={query.data} />
			</Panel>
			<VersionsTab versions={query.data} state={state} />
		</>
	);
}
