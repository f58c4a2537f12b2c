import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { impactRunAction, startImpact } from "../../api/impact";
import { type ProblemError, toProblem } from "../../api/problem";
import { compareSchemas, type SchemaVersions, schemaTextQuestion } from "../../api/schemaRegistry";
import { TextEditor } from "../../inspect/TextEditor";
import { link } from "../../model/address";
import { go } from "../../model/navigation";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Failed, SkeletonRows } from "../../widgets/states";
import { useMay } from "../contracts/useMay";
import { useSettled } from "../contracts/useSettled";
import { viewOf } from "../impact/words";
import { Difference } from "./Difference";
import styles from "./Schemas.module.css";
import { indented } from "./VersionsTab";

/** The newest version to be edited, or another text in its place: may it be registered, what differs, and who breaks. Nothing is registered here. */
export function Register({ versions }: { readonly versions: SchemaVersions }) {
	const { subject, level } = versions;
	const client = useQueryClient();
	const begin = useQuery({ ...schemaTextQuestion(subject, versions.items[0]?.version ?? 0), enabled: versions.items.length > 0 });
	const newest = begin.data;
	const given = useMemo(() => ({ text: newest === undefined ? "" : indented(newest.schema) }), [newest]);
	const [typed, setTyped] = useState<string>();
	const text = typed ?? given.text;
	const changed = text.trim() !== given.text.trim();
	const [busy, setBusy] = useState(false);
	const [trouble, setTrouble] = useState<ProblemError>();
	const mayRun = useMay(impactRunAction);
	const settled = useSettled(changed ? text.trim() : "", 400);
	const query = useQuery({
		queryKey: ["subject", subject, "wish", settled],
		queryFn: ({ signal }) => compareSchemas(subject, { schema: settled }, signal),
		enabled: settled !== "",
	});
	const d = settled === "" ? undefined : query.data;
	const impact = async () => {
		setBusy(true);
		setTrouble(undefined);
		try {
			const run = await startImpact({ subject, schema: text });
			await client.invalidateQueries({ queryKey: ["impacts"] });
			go(link({ screen: "impact", id: run.id }, viewOf(run)));
		} catch (e) {
			setTrouble(toProblem(e));
			setBusy(false);
		}
	};
	return (
		<div className={styles.stack}>
			<div className={styles.source}>
				{begin.isLoading ? (
					// What somebody types must not be gone when the text comes.
					<SkeletonRows rows={8} label="the newest version" />
				) : (
					<TextEditor label="Schema that is to come" given={given} hint="paste a schema" onChange={setTyped} />
				)}
			</div>
			<div className={styles.tools}>
				<button
					type="button"
					className="btn main"
					disabled={busy || !mayRun || !changed || text.trim() === ""}
					onClick={() => void impact()}
				>
					<Icon name="search" size="s" />
					Who breaks?
				</button>
				<span className="dim">
					{mayRun
						? changed
							? "Nothing is registered by asking."
							: "Edit it, or paste another: it is compared as you type."
						: "Who reads this may not ask who breaks (action impact:run)."}
				</span>
			</div>
			{begin.isError && <Failed what="The newest version" trouble={toProblem(begin.error)} onRetry={() => void begin.refetch()} />}
			{trouble !== undefined && <Failed what="The report" head="That could not be asked" trouble={trouble} />}
			{settled !== "" && query.isError && <Failed what="The schema" head="It could not be compared" trouble={toProblem(query.error)} />}
			{d !== undefined && (
				<Panel title="What would come of it" about={`beside version ${d.from}`}>
					<p className={styles.text} role="status">
						<Icon name={d.compatible ? "ok" : "failed"} className={d.compatible ? "c-ok" : "c-drop"} />{" "}
						{d.compatible ? `It may be registered: level ${level}.` : `It may not be registered: level ${level}.`}
					</p>
					{d.messages.length > 0 && (
						<ul className={styles.text} aria-label="What the registry would say">
							{d.messages.map((m) => (
								<li key={m} className="mono">
									{m}
								</li>
							))}
						</ul>
					)}
					<Difference of={d} />
				</Panel>
			)}
		</div>
	);
}
