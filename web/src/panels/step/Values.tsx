import { useMemo, useState } from "react";
import type { StepLocal, StepPlace } from "../../api/step";
import type { ValueNode, View } from "../../api/view";
import { Panel } from "../../widgets/Panel";
import { ValueTree } from "../../widgets/ValueTree";
import styles from "./StepPanel.module.css";

/** A view as a branch of a tree, under a name. What has no tree stands in its words. */
function branch(name: string, type: string, view: View | undefined): ValueNode {
	const node = view?.node ?? { kind: "cut", value: view?.text ?? "", off: 0, len: 0 };
	return {
		...node,
		name,
		...(node.items === undefined || view === undefined ? {} : { value: view.text }),
		...(type === "" ? {} : { type }),
	};
}

function rootOf(locals: readonly StepLocal[], more: readonly (readonly [string, View | undefined])[]): ValueNode {
	const items = locals.map((l) => branch(l.name, l.type, l.view));
	for (const [name, view] of more) if (view !== undefined) items.push(branch(name, "", view));
	return { kind: "object", items, off: 0, len: 0 };
}

type Props = {
	readonly place: StepPlace;
	readonly frame: number;
	/** A variable was selected: changes of its value may be looked for. */
	readonly onVariable: (name: string) => void;
};

/** The variables of the call that is looked at, before its line; those that changed are marked. */
export function Values({ place, frame, onVariable }: Props) {
	const call = place.frames[frame];
	const [selected, setSelected] = useState<string>();
	const root = useMemo(
		() =>
			rootOf(
				call?.locals ?? [],
				frame === 0
					? [
							["→ returned", place.returned],
							["→ thrown", place.thrown],
						]
					: [],
			),
		[call, frame, place],
	);
	const changes = useMemo(() => new Set(call?.locals.flatMap((l, i) => (l.changed ? [String(i)] : []))), [call]);
	return (
		<Panel title="Variables" about={call === undefined ? undefined : `before line ${call.line || "?"}`} className={styles.part ?? ""}>
			{root.items?.length === 0 ? (
				<p className={styles.none}>none has a value for certain here</p>
			) : (
				<ValueTree
					root={root}
					bare
					label="Variables"
					selected={selected}
					changes={changes}
					foldsOf={`${call?.class} ${call?.method}`}
					onSelect={(path) => {
						setSelected(path);
						const name = call?.locals[Number(path.split(".")[0])]?.name;
						if (name !== undefined) onVariable(name);
					}}
				/>
			)}
		</Panel>
	);
}

/** The record that came in, with its key and time. */
export function ValueOf({ label, view }: { readonly label: string; readonly view: View }) {
	const [selected, setSelected] = useState<string>();
	if (view.node === undefined) return <p className={`${styles.none} mono`}>{view.text}</p>;
	return <ValueTree root={view.node} label={label} selected={selected} foldsOf={label} onSelect={setSelected} />;
}
