import type { Operator, Vertex } from "../../api/job";
import { classes } from "../../base/classes";
import { duration, perSecond, written } from "../../base/quantity";
import { Icon, type IconName } from "../../widgets/Icon";
import styles from "./Box.module.css";
import { operatorAbout, type Selected, shownOperators, vertexHeight, vertexTitle } from "./topology";

export type VertexInfo = {
	readonly vertex: Vertex;
	readonly chosen: boolean;
	readonly chosenOperator: number | undefined;
	readonly onSelect: (s: Selected) => void;
};

const kindIcons: Readonly<Record<string, IconName>> = {
	source: "source",
	sink: "sink",
	window: "sum",
	aggregate: "sum",
	join: "join",
	"co-process": "join",
	async: "clock",
};

export function operatorIcon(o: Operator | undefined): IconName {
	return kindIcons[o?.kind ?? ""] ?? "fn";
}

const badStates = new Set(["failed", "canceling", "canceled"]);

/** A chain of operators with what flows through it now. */
export function VertexBox({ vertex: v, chosen, chosenOperator, onSelect }: VertexInfo) {
	const head = v.operators[0];
	const many = v.operators.length > 1;
	const shown = v.operators.slice(0, shownOperators);
	const rest = v.operators.length - shown.length;
	return (
		<div className={classes(styles.box, chosen && styles.chosen, badStates.has(v.state) && styles.bad)} style={{ height: vertexHeight(v) }}>
			<button
				type="button"
				className={classes(styles.head, "nopan")}
				aria-pressed={chosen}
				onClick={() => onSelect({ kind: "vertex", id: v.id })}
			>
				<Icon name={operatorIcon(head)} />
				<b className="cut">{vertexTitle(v)}</b>
				<span className={styles.par} title="parallelism">
					{v.parallelism}
				</span>
			</button>
			<span className={styles.about}>
				{v.state !== "running" && v.state !== "" && <b className={badStates.has(v.state) ? "c-drop" : "mid"}>{v.state} </b>}
				{head === undefined ? v.name : operatorAbout(head)}
			</span>
			<dl className={styles.numbers}>
				<div>
					<dt>in</dt>
					<dd>{written(perSecond(v.in_per_s))}</dd>
				</div>
				<div>
					<dt>out</dt>
					<dd>{written(perSecond(v.out_per_s))}</dd>
				</div>
				<div>
					<dt>watermark</dt>
					<dd className="c-wm">{v.watermark_lag_ms === undefined ? "-" : `-${written(duration(Number(v.watermark_lag_ms)))}`}</dd>
				</div>
			</dl>
			{many && (
				<ul className={styles.chain} aria-label="Operators of this chain">
					{shown.map((o) => (
						<li key={o.index}>
							<button
								type="button"
								className={classes(styles.operator, "nopan", chosenOperator === o.index && styles.chosenOperator)}
								title={`${o.name}: ${operatorAbout(o)}`}
								onClick={() => onSelect({ kind: "operator", vertex: v.id, index: o.index })}
							>
								<Icon name={operatorIcon(o)} size="s" />
								<span className="cut">{o.name}</span>
								<span className={styles.rate}>{written(perSecond(o.out_per_s))}</span>
							</button>
						</li>
					))}
					{rest > 0 && <li className={styles.more}>and {rest} more</li>}
				</ul>
			)}
		</div>
	);
}
