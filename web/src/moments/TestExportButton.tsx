import { Modal } from "@mantine/core";
import { useState } from "react";
import { useCommand } from "../model/commandBus";
import { Icon } from "../widgets/Icon";
import { TestExportDialog } from "./TestExportDialog";

type Props = {
	readonly rec: string;
	/** operator.subtask.attempt.invocation */
	readonly position: string;
	/** One of a list: quieter, and no key is for it. */
	readonly quiet?: boolean;
};

/** Makes a JUnit test of a moment. */
export function TestExportButton({ rec, position, quiet = false }: Props) {
	const [opened, setOpened] = useState(false);
	useCommand("export-test", () => setOpened(true), !quiet);
	return (
		<>
			<button type="button" className={quiet ? "btn quiet" : "btn"} aria-haspopup="dialog" onClick={() => setOpened(true)}>
				<Icon name="file" size="s" />
				Export as JUnit test
			</button>
			<Modal
				opened={opened}
				onClose={() => setOpened(false)}
				title="Export as JUnit test"
				size={640}
				yOffset="8vh"
				closeButtonProps={{ "aria-label": "Close" }}
			>
				{opened && <TestExportDialog rec={rec} position={position} />}
			</Modal>
		</>
	);
}
