import type { StepFrame } from "../../api/step";
import { useCommand } from "../../model/commandBus";
import { refine } from "../../model/navigation";
import { Panel } from "../../widgets/Panel";
import styles from "./StepPanel.module.css";

type Props = { readonly frames: readonly StepFrame[]; readonly frame: number };

const simple = (name: string) => name.slice(name.lastIndexOf(".") + 1);

/** The calls of the job's code, the innermost first. */
export function Stack({ frames, frame }: Props) {
	const look = (i: number) => refine({ frame: Math.max(0, Math.min(frames.length - 1, i)) });
	useCommand("row-down", () => look(frame + 1), frames.length > 1);
	useCommand("row-up", () => look(frame - 1), frames.length > 1);
	return (
		<Panel title="Stack" about="calls of the job's own code" className={styles.part ?? ""}>
			<ol className={styles.stack}>
				{frames.map((f, i) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a call is known by its place on the stack
					<li key={i}>
						<button type="button" className={styles.frame} aria-pressed={i === frame} title={f.class} onClick={() => look(i)}>
							<code>
								{simple(f.class)}.{f.method}
								{f.line > 0 && `:${f.line}`}
							</code>
						</button>
					</li>
				))}
			</ol>
		</Panel>
	);
}
