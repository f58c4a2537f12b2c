import type { WallTime } from "../../base/time";
import { PinForm } from "../../pins/PinForm";
import { ShareButton } from "../../share/ShareButton";
import { Panel } from "../../widgets/Panel";
import { TimeText } from "../../widgets/TimeText";
import styles from "./TimelinePanel.module.css";

type Props = {
	readonly rec: string;
	readonly stretch: { readonly from: WallTime; readonly to: WallTime };
	/** The stretch is a selection, not all that is shown. */
	readonly chosen: boolean;
};

/** Keeps a stretch of the timeline from retention, or gives it to somebody without access. */
export function PinStretch({ rec, stretch, chosen }: Props) {
	return (
		<Panel title="Keep from retention" about={chosen ? "the selection" : "all that is shown: drag over the tracks to choose less"}>
			<PinForm
				rec={rec}
				stretch={stretch}
				what={
					<>
						<TimeText t={stretch.from} /> to <TimeText t={stretch.to} />
					</>
				}
			/>
			<div className={styles.share}>
				<ShareButton rec={rec} stretch={stretch} word="Share this stretch" />
			</div>
		</Panel>
	);
}
