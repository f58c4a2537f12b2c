import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { toProblem } from "../../api/problem";
import { differenceQuestion, type SchemaVersions, schemaTextQuestion } from "../../api/schemaRegistry";
import { size, written } from "../../base/quantity";
import { TextEditor } from "../../inspect/TextEditor";
import type { ViewState } from "../../model/address";
import { refine } from "../../model/navigation";
import { CopyButton } from "../../widgets/CopyButton";
import { Panel } from "../../widgets/Panel";
import { Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import { Difference } from "./Difference";
import { FieldList } from "./FieldList";
import styles from "./Schemas.module.css";

type Props = { readonly versions: SchemaVersions; readonly state: Pick<ViewState, "sel" | "of"> };

/** The versions of a subject: the text and fields of one, and what differs from the one before or another. */
export function VersionsTab({ versions: { subject, items }, state }: Props) {
	const chosen = items.find((v) => String(v.version) === state.sel) ?? items[0];
	if (chosen === undefined) return null;
	const older = items.filter((v) => v.version < chosen.version);
	const before = older.find((v) => String(v.version) === state.of) ?? older[0];
	return (
		<div className={styles.split}>
			<ul className={styles.versions} aria-label="Versions">
				{items.map((v) => (
					<li key={v.version} aria-current={v === chosen}>
						<button type="button" className="link" onClick={() => refine({ sel: String(v.version), of: undefined })}>
							version {v.version}
						</button>
						<span className="dim">
							id {v.id} {v.at !== undefined && <TimeText t={v.at} digits={0} />}
						</span>
					</li>
				))}
			</ul>
			<div className={styles.stack}>
				{before !== undefined && (
					<Panel
						title={`Version ${chosen.version} beside version ${before.version}`}
						end={
							older.length > 1 && (
								<label>
									<span className="dim">beside</span>{" "}
									<select value={before.version} onChange={(e) => refine({ of: e.currentTarget.value })}>
										{older.map((v) => (
											<option key={v.version} value={v.version}>
												version {v.version}
											</option>
										))}
									</select>
								</label>
							)
						}
					>
						<Between subject={subject} from={before.version} to={chosen.version} />
					</Panel>
				)}
				<Text subject={subject} version={chosen.version} />
			</div>
		</div>
	);
}

function Between({ subject, from, to }: { readonly subject: string; readonly from: number; readonly to: number }) {
	const query = useQuery(differenceQuestion(subject, from, to));
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The difference" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={3} label="the difference" />;
	}
	return <Difference of={query.data} />;
}

function Text({ subject, version }: { readonly subject: string; readonly version: number }) {
	const query = useQuery(schemaTextQuestion(subject, version));
	const text = query.data?.schema;
	const given = useMemo(() => ({ text: text === undefined ? "" : indented(text) }), [text]);
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The schema" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={6} label="the schema" />;
	}
	const s = query.data;
	return (
		<>
			<Panel title="Fields" end={s.fields.length}>
				<FieldList fields={s.fields} />
			</Panel>
			<Panel
				title="Text"
				about={`${s.type}, id ${s.id}, ${written(size(s.bytes))}`}
				end={<CopyButton text={() => s.schema} label="Copy the schema" />}
			>
				<div className={styles.source}>
					<TextEditor label={`Text of version ${version}`} given={given} readOnly />
				</div>
				{s.references.length > 0 && (
					<ul className={styles.text} aria-label="References">
						{s.references.map((r) => (
							<li key={r.name}>
								<code>{r.name}</code> is {r.subject} version {r.version}
							</li>
						))}
					</ul>
				)}
			</Panel>
		</>
	);
}

/** JSON that came in one line, in many; what is none stays as it is. */
export function indented(text: string): string {
	if (text.includes("\n")) return text;
	try {
		return JSON.stringify(JSON.parse(text), undefined, 2);
	} catch {
		return text;
	}
}
