import type { Sql, Statement } from "../../api/sql";
import { classes } from "../../base/classes";
import { count } from "../../base/quantity";
import { Chip } from "../../widgets/Chip";
import { SourceText } from "../../widgets/SourceText";
import { TimeText } from "../../widgets/TimeText";
import styles from "./SqlPanel.module.css";

type Props = {
	readonly plan: Sql;
	/** Numbers of the statements that what is selected is there for. */
	readonly lit: readonly number[];
	readonly onSelect: (number: number) => void;
};

/** The statements in order of time; those before the job's own are quieter. */
export function Statements({ plan, lit, onSelect }: Props) {
	return (
		<section className={`panel ${styles.statements}`} aria-label="Statements">
			<div className="scroll">
				{plan.statements.map((s) => (
					<article key={s.number} className={classes(styles.statement, lit.includes(s.number) && styles.lit, !s.made && styles.before)}>
						<header>
							<button
								type="button"
								className="link"
								aria-pressed={lit.includes(s.number)}
								onClick={() => onSelect(s.number)}
								disabled={!s.made}
							>
								statement {s.number}
							</button>
							{!s.made && <span className="dim">before, in the same session</span>}
							{cutOf(s) && <Chip tone="late">cut, {count(s.length)} characters</Chip>}
							{s.source.masked.length > 0 && <Chip icon="mask">literals hidden</Chip>}
							<span className="end">{s.time !== undefined && <TimeText t={s.time} />}</span>
						</header>
						<SourceText language="sql" text={s.source.text.trim()} label={`Text of statement ${s.number}`} />
					</article>
				))}
				{plan.statements.length === 0 && (
					<p className={styles.quiet}>
						No statement was recorded. They are known to the process that plans: a JobManager in application mode, a SQL gateway, or a
						client. With the agent in it, the next submission shows them.
					</p>
				)}
			</div>
		</section>
	);
}

function cutOf(s: Statement): boolean {
	return s.source.masked.length === 0 && [...s.source.text].length < s.length;
}
