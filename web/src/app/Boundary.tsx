import { Component, type ReactNode } from "react";
import { Icon } from "../widgets/Icon";

type Props = { readonly children: ReactNode };
type State = { readonly error: Error | undefined };

/** A fault in one screen leaves the frame standing, so that the reader can go elsewhere. */
export class Boundary extends Component<Props, State> {
	override state: State = { error: undefined };

	static getDerivedStateFromError(error: unknown): State {
		return { error: error instanceof Error ? error : new Error("something that is no error was thrown") };
	}

	override render(): ReactNode {
		const { error } = this.state;
		if (error === undefined) return this.props.children;
		return (
			<div className="state" role="alert">
				<h2>
					<Icon name="failed" className="c-drop" />
					This screen has failed
				</h2>
				<p>
					{error.name}: {error.message}
				</p>
				<p className="mid">
					The recording is not touched by this. If a new version of the server was started, the page must be loaded again.
				</p>
				<div className="row">
					<button type="button" className="btn" onClick={() => this.setState({ error: undefined })}>
						Try again
					</button>
					<button type="button" className="btn" onClick={() => window.location.reload()}>
						Load the page again
					</button>
				</div>
			</div>
		);
	}
}
