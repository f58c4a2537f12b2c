import { link } from "../model/address";
import { Icon } from "../widgets/Icon";
import { ReplayButton } from "./ReplayButton";

type Props = {
	readonly rec: string;
	/** operator.subtask.attempt.invocation */
	readonly position: string;
	readonly quiet?: boolean;
};

/** What can be done with a moment that is over: run its task again, and step through what its code did. */
export function Again({ rec, position, quiet = false }: Props) {
	return (
		<>
			<ReplayButton rec={rec} position={position} quiet={quiet} />
			<a className={quiet ? "btn quiet" : "btn"} href={link({ screen: "step", rec, position })}>
				<Icon name="line-next" size="s" />
				Step through
			</a>
		</>
	);
}
