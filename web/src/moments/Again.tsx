import { link } from "../model/address";
import { ReplayButton } from "../replays/ReplayButton";
import { ShareButton } from "../share/ShareButton";
import { Icon } from "../widgets/Icon";
import { TestExportButton } from "./TestExportButton";

type Props = {
	readonly rec: string;
	/** operator.subtask.attempt.invocation */
	readonly position: string;
	/** One of a list: quieter, and no key is for it. */
	readonly quiet?: boolean;
};

/** What can be done with a moment that is over: run its task again, step through what its code did, take it along as a test, and share what is around it. */
export function Again({ rec, position, quiet = false }: Props) {
	return (
		<>
			<ReplayButton rec={rec} position={position} quiet={quiet} />
			<a className={quiet ? "btn quiet" : "btn"} href={link({ screen: "step", rec, position })}>
				<Icon name="line-next" size="s" />
				Step through
			</a>
			<TestExportButton rec={rec} position={position} quiet={quiet} />
			<ShareButton rec={rec} position={position} word="Share what is around it" quiet={quiet} />
		</>
	);
}
