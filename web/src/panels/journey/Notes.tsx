import type { LineageNote } from "../../api/lineage";
import { Icon, type IconName } from "../../widgets/Icon";
import { Empty } from "../../widgets/states";
import { type JourneyGraph, nodeName } from "./graph";
import styles from "./Journey.module.css";

const looks: Readonly<Record<LineageNote["kind"], { readonly icon: IconName; readonly word: string; readonly tone: string }>> = {
	state: { icon: "state", word: "through state", tone: "c-late" },
	gap: { icon: "gap", word: "in a gap", tone: "c-late" },
	removed: { icon: "gap", word: "removed by retention", tone: "mid" },
	"not-recorded": { icon: "gap", word: "not recorded", tone: "c-late" },
	limit: { icon: "minus", word: "the answer ends", tone: "mid" },
	transaction: { icon: "barrier", word: "transaction", tone: "mid" },
	dropped: { icon: "dropped", word: "dropped", tone: "c-drop" },
	recovered: { icon: "restart", word: "recovered", tone: "c-late" },
};

type Props = { readonly graph: JourneyGraph; readonly onSelect: (node: string) => void };

/** Where and why the journey is not the whole truth. */
export function Notes({ graph, onSelect }: Props) {
	const { notes } = graph.lineage;
	if (notes.length === 0) {
		return (
			<Empty title="Nothing stands in the way of proof" icon="ok">
				<p>No gap, no state, no limit: every step of this journey was recorded.</p>
			</Empty>
		);
	}
	return (
		<ul>
			{notes.map((note) => {
				const look = looks[note.kind];
				const node = note.node === undefined ? undefined : graph.node.get(note.node);
				return (
					<li key={`${note.kind} ${note.node ?? ""} ${note.text}`} className={styles.note}>
						<Icon name={look.icon} className={look.tone} />
						<div className="grow">
							<span className={look.tone}>{look.word}</span>{" "}
							{node !== undefined && (
								<button type="button" className="link mono" onClick={() => onSelect(node.id)}>
									{nodeName(node)}
								</button>
							)}
							<p>{note.text}</p>
							{note.hint !== "" && <p className="dim">{note.hint}</p>}
						</div>
					</li>
				);
			})}
		</ul>
	);
}
