import type { StepSource } from "../../api/step";
import { link } from "../../model/address";
import { Scroll } from "../../widgets/Scroll";
import { SourceText } from "../../widgets/SourceText";
import styles from "./StepPanel.module.css";

type Props = { readonly rec: string; readonly sql: NonNullable<StepSource["sql"]> };

/** The SQL that generated code came from, beside it: the operator that it is for, and its statements. */
export function CameFrom({ rec, sql: { operator, statements } }: Props) {
	return (
		<Scroll label="The SQL that it came from" className={styles.origin}>
			<h3>
				<a href={link({ screen: "sql", rec }, operator.op === "" ? {} : { sel: operator.op })}>{operator.op_name}</a>
			</h3>
			{operator.description !== undefined && (
				<SourceText language={operator.description.language} text={operator.description.text} label="Description of the operator" />
			)}
			{statements.map((s) => (
				<div key={s.number}>
					<h3>
						<a href={link({ screen: "sql", rec }, { sel: `s:${s.number}` })}>statement {s.number}</a>
					</h3>
					<SourceText language={s.source.language} text={s.source.text.trim()} label={`Text of statement ${s.number}`} />
				</div>
			))}
			{statements.length === 0 && <p className={styles.none}>No process that plans has an agent: its statement is not known.</p>}
		</Scroll>
	);
}
