import { Modal } from "@mantine/core";
import { useState } from "react";
import type { WallTime } from "../base/time";
import { useCommand } from "../model/commandBus";
import { Icon } from "../widgets/Icon";
import { ShareDialog } from "./ShareDialog";

/** What is to be shared, as far as the place says; the rest is chosen. */
export type Shared = {
	readonly rec: string;
	/** operator.subtask.attempt.invocation: what is around it is offered first. */
	readonly position?: string | undefined;
	/** Offered first. */
	readonly stretch?: { readonly from: WallTime; readonly to: WallTime } | undefined;
};

type Props = Shared & {
	readonly word: string;
	/** One of a list. */
	readonly quiet?: boolean;
	/** The screen's own: its key opens it. */
	readonly main?: boolean;
};

/** Opens the dialogue that gives a recording, or part of it, to somebody without access. */
export function ShareButton({ word, quiet = false, main = false, ...shared }: Props) {
	const [opened, setOpened] = useState(false);
	useCommand("share", () => setOpened(true), main);
	return (
		<>
			<button type="button" className={quiet ? "btn quiet" : "btn"} aria-haspopup="dialog" onClick={() => setOpened(true)}>
				<Icon name="emit" size="s" />
				{word}
			</button>
			<Modal
				opened={opened}
				onClose={() => setOpened(false)}
				title="Share"
				size={720}
				yOffset="6vh"
				closeButtonProps={{ "aria-label": "Close" }}
			>
				{opened && <ShareDialog {...shared} />}
			</Modal>
		</>
	);
}
